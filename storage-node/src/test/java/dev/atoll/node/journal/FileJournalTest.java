package dev.atoll.node.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.node.disk.FaultyDisk;
import dev.atoll.node.disk.SystemDisk;
import dev.atoll.node.journal.TestLog.Maker;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a log gives back, and when. */
class FileJournalTest {
    private final Maker maker = new Maker(1);

    @Test
    void readsBackWhatWasAppended() throws IOException {
        var disk = new FaultyDisk();
        var wrote = new ArrayList<JournalRecord>();
        var origin = new Origin(1, 2, 3, 4);
        try (var journal = TestLog.open(disk, 1)) {
            wrote.add(new JournalRecord.Create(origin, "user:ålice"));
            wrote.add(maker.commit(3, 1));
            wrote.add(maker.commit(3, 5));
            wrote.add(new JournalRecord.Fold(origin, 2, 99));
            wrote.add(new JournalRecord.Delete(origin, "user:ålice"));
            for (var record : wrote) {
                TestLog.write(journal, record);
            }
            assertReads(journal, wrote);
        }
        try (var journal = TestLog.open(disk, 2)) {
            assertReads(journal, wrote);
            assertThat(journal.last()).isEqualTo(5);
            assertThat(journal.damages()).isEmpty();
        }
    }

    private static void assertReads(FileJournal journal, List<JournalRecord> wrote)
            throws IOException {
        var read = TestLog.records(journal);
        assertThat(read.keySet())
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, wrote.size()).boxed().toList());
        for (int i = 0; i < wrote.size(); i++) {
            assertThat(TestLog.same(read.get(i + 1L), wrote.get(i))).isTrue();
        }
        assertThat(TestLog.damages(journal)).isEmpty();
    }

    @Test
    void listsWhatIsWhereAndReadsItByAddress() throws IOException {
        try (var journal = TestLog.open(new FaultyDisk(), 1)) {
            var wrote = new ArrayList<JournalRecord.Commit>();
            for (int i = 0; i < 400; i++) {
                wrote.add(maker.commit(i % 7 + 1, i % 50 == 0 ? 60 : 1 + i % 3));
                journal.append(wrote.get(i));
            }
            TestLog.await(journal, 400);
            var listed = TestLog.entries(journal.listFrom(0));
            assertThat(listed).hasSize(400);
            for (int i = 0; i < 400; i++) {
                var entry = (JournalEntry.Listed) listed.get(i);
                assertThat(entry.position()).isEqualTo(i + 1);
                assertThat(entry.summary())
                        .isEqualTo(
                                new RecordSummary(
                                        RecordKind.COMMIT, 7, i % 7 + 1, wrote.get(i).commit()));
                assertThat(TestLog.same(journal.read(entry.address()), wrote.get(i))).isTrue();
            }
        }
    }

    @Test
    void spreadsALargeCommitOverRecordsAndSegments() throws IOException {
        var disk = new FaultyDisk();
        var large = maker.commit(1, 400);
        var small = maker.commit(1, 1);
        try (var journal = TestLog.open(disk, 1)) {
            TestLog.write(journal, maker.commit(2, 1));
            TestLog.write(journal, large);
            TestLog.write(journal, small);
        }
        try (var journal = TestLog.open(disk, 2)) {
            var read = TestLog.records(journal);
            assertThat(read).hasSize(3);
            assertThat(TestLog.same(read.get(2L), large)).isTrue();
            assertThat(TestLog.same(read.get(3L), small)).isTrue();
            // The commit before the large one is needed no more, but its segment is.
            journal.trim(1);
            TestLog.write(journal, maker.commit(1, 1));
            journal.trim(1);
            TestLog.write(journal, maker.commit(1, 1));
            assertThat(TestLog.same(TestLog.records(journal).get(2L), large)).isTrue();
        }
    }

    @Test
    void forgetsLargeCommitsWhereEachSegmentEndsInTheMiddleOfOne() throws IOException {
        var disk = new FaultyDisk();
        var settings =
                new JournalSettings(1 << 16, 1 << 18, 16 << 20, 0, TestLog.SMALL.coverAfter());
        try (var journal = TestLog.open(disk, settings, 1)) {
            // More than the log may hold, five times over.
            for (int i = 1; i <= 30; i++) {
                TestLog.write(journal, maker.commit(1, 200));
                journal.trim(journal.durable());
            }
            TestLog.write(journal, maker.commit(2, 1));
            assertThat(journal.size().bytes()).isLessThan(settings.bytesMax());
        }
        try (var journal = TestLog.open(disk, settings, 2)) {
            assertThat(journal.damages()).isEmpty();
            assertThat(TestLog.records(journal)).containsKey(31L).doesNotContainKey(29L);
        }
    }

    @Test
    void tellsInTheOrderOfPositions() throws IOException {
        try (var journal = TestLog.open(new FaultyDisk(), 1)) {
            var told = Collections.synchronizedList(new ArrayList<Long>());
            var order = LongStream.rangeClosed(1, 500).boxed().toList();
            for (long position : order) {
                journal.append(maker.commit(position % 5 + 1, 1));
                journal.whenDurable(position, new Note(told, position));
            }
            TestLog.await(journal, 500);
            assertThat(told.stream().filter(p -> p > 0).distinct().count()).isEqualTo(500);
            assertThat(journal.durable()).isEqualTo(500);
        }
    }

    private record Note(List<Long> told, long position) implements Durable {
        @Override
        public void durable() {
            told.add(position);
        }

        @Override
        public void failed(Failure cause) {
            told.add(-position);
        }
    }

    @Test
    void ordersThoseWhoWait() {
        var waiters = new Waiters();
        var random = new Random(5);
        var told = new ArrayList<Long>();
        var positions = new ArrayList<Long>();
        for (int i = 0; i < 1_000; i++) {
            long position = (long) i + random.nextInt(20);
            positions.add(position);
            waiters.add(position, new Note(told, position));
            if (i == 300) {
                for (var done = waiters.poll(200); done != null; done = waiters.poll(200)) {
                    done.durable();
                }
            }
        }
        for (var done = waiters.poll(Long.MAX_VALUE);
                done != null;
                done = waiters.poll(Long.MAX_VALUE)) {
            done.durable();
        }
        Collections.sort(positions);
        assertThat(told).isEqualTo(positions);
        assertThat(waiters.isEmpty()).isTrue();
    }

    @Test
    void keepsSegmentsForThoseWhoReadAndUsesThemAgainAfterwards() throws IOException {
        var disk = new FaultyDisk();
        try (var journal = TestLog.open(disk, 1)) {
            fill(journal, 100);
            var reader = journal.readFrom(0);
            reader.next();
            journal.trim(journal.durable());
            // Behind the trim in the writer's queue, so that it is done when this is durable.
            fill(journal, 2);
            int read = 1;
            while (reader.next().isPresent()) {
                read++;
            }
            assertThat(read).isEqualTo(102);
            reader.close();
            assertThat(journal.start()).isPositive();
            var files = disk.list(TestLog.FOLDER).size();
            for (int i = 0; i < 10; i++) {
                fill(journal, 50);
                journal.trim(journal.durable());
            }
            assertThat(disk.list(TestLog.FOLDER).size()).isLessThanOrEqualTo(files + 3);
            for (var damage : TestLog.damages(journal)) {
                throw new AssertionError(damage.toString());
            }
        }
        try (var journal = TestLog.open(disk, 2)) {
            assertThat(journal.last()).isEqualTo(602);
            assertThat(TestLog.records(journal)).hasSize((int) (602 - journal.start()));
        }
    }

    private void fill(FileJournal journal, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            TestLog.write(journal, maker.commit(1, 8));
        }
    }

    @Test
    void refusesWhatWouldWaitTooLong() throws IOException {
        var settings = new JournalSettings(1 << 16, 8 << 20, 20_000, 0, Duration.ofDays(1));
        try (var journal = TestLog.open(new FaultyDisk(), settings, 1)) {
            var told = new CountDownLatch(1);
            var goOn = new CountDownLatch(1);
            // Holds up the writer, as a slow disk does.
            journal.whenDurable(1, new Block(told, goOn));
            journal.append(maker.commit(1, 1));
            told.await();
            int taken = 0;
            Failure refused = null;
            while (refused == null) {
                try {
                    journal.append(maker.commit(1, 1));
                    taken++;
                } catch (Failure e) {
                    refused = e;
                }
            }
            assertThat(refused.reason()).isEqualTo(Reason.OVERLOADED);
            assertThat(taken).isBetween(1, 5);
            goOn.countDown();
            TestLog.await(journal, taken + 1);
            TestLog.write(journal, maker.commit(1, 1));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private record Block(CountDownLatch told, CountDownLatch goOn) implements Durable {
        @Override
        public void durable() {
            told.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void failed(Failure cause) {
            throw new AssertionError(cause);
        }
    }

    @Test
    void countsWhatItWrites() throws IOException {
        var registry = new SimpleMeterRegistry();
        try (var journal =
                FileJournal.open(
                        new FileJournal.Place(new FaultyDisk(), TestLog.FOLDER),
                        TestLog.SMALL,
                        new JournalMetrics(registry),
                        TestLog.sources(1))) {
            fill(journal, 3);
            assertThat(registry.get("atoll.node.journal.records").counter().count()).isEqualTo(3);
            assertThat(registry.get("atoll.node.journal.batches").counter().count()).isEqualTo(3);
            assertThat(registry.get("atoll.node.journal.written").counter().count())
                    .isEqualTo(3 * 4096);
            assertThat(registry.get("atoll.node.journal.position.durable").gauge().value())
                    .isEqualTo(3);
            assertThat(registry.get("atoll.node.journal.size").gauge().value())
                    .isEqualTo((double) TestLog.SMALL.segmentBytes());
        }
    }

    @Test
    void refusesAfterClose() throws IOException {
        var journal = TestLog.open(new FaultyDisk(), 1);
        TestLog.write(journal, maker.commit(1, 1));
        journal.close();
        assertThatThrownBy(() -> journal.append(maker.commit(1, 1)))
                .isInstanceOfSatisfying(
                        Failure.class, e -> assertThat(e.reason()).isEqualTo(Reason.SHUTTING_DOWN));
        var waited = TestLog.outcome(journal, Long.MAX_VALUE);
        assertThat(waited).isNotNull();
    }

    @Test
    void worksOnARealDisk(@TempDir Path folder) throws IOException {
        var place = new FileJournal.Place(SystemDisk.INSTANCE, folder.resolve("journal"));
        var wrote = new ArrayList<JournalRecord>();
        for (int round = 0; round < 3; round++) {
            try (var journal = open(place)) {
                for (int i = 0; i < 200; i++) {
                    wrote.add(maker.commit(i % 3 + 1, 1 + i % 4));
                    TestLog.write(journal, wrote.getLast());
                }
                assertReads(journal, wrote);
            }
        }
    }

    private static FileJournal open(FileJournal.Place place) throws IOException {
        return FileJournal.open(
                place,
                TestLog.SMALL,
                new JournalMetrics(new SimpleMeterRegistry()),
                TestLog.sources(9));
    }
}

package dev.atoll.node.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.disk.FaultyDisk;
import dev.atoll.node.journal.TestLog.Maker;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Disks and journals that are full: definite refusals, reads and trims, and writes afterwards. */
class FullDiskTest {
    private static final long SEGMENT = TestLog.SMALL.segmentBytes();

    private final Maker maker = new Maker(4);
    private final List<JournalRecord> wrote = new ArrayList<>();
    private final AtomicLong now = new AtomicLong();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private FaultyDisk disk = new FaultyDisk();

    /** Asks the disk for its room at every append. */
    private FileJournal open(JournalSettings settings, long seed) throws IOException {
        return FileJournal.open(
                new FileJournal.Place(disk, TestLog.FOLDER),
                settings,
                new JournalMetrics(registry),
                new FileJournal.Sources(
                        () -> now.addAndGet(1_000_000_000L), new Random(seed), LogMark.NONE));
    }

    @Test
    void refusesWhileTheDiskIsFullAndWritesAgainAfterwards() throws IOException {
        disk.full(4 * SEGMENT);
        try (var journal = open(TestLog.SMALL, 1)) {
            int first = fill(journal);
            assertThat(first).isPositive();
            assertThat(journal.failure()).isEmpty();
            assertThat(TestLog.records(journal)).hasSize(first);
            // Deleting is what makes room.
            var delete = new JournalRecord.Delete(new Origin(1, 1, 1, 1), "user:a");
            wrote.add(delete);
            TestLog.write(journal, delete);
            disk.full(6 * SEGMENT);
            int second = fill(journal);
            assertThat(second).isPositive();
            journal.trim(journal.durable());
            int third = fill(journal);
            assertThat(third).isPositive();
            assertThat(journal.last()).isEqualTo(wrote.size());
            assertThat(journal.failure()).isEmpty();
            assertThat(registry.get("atoll.node.journal.refusals").counter().count())
                    .isGreaterThanOrEqualTo(3);
        }
        try (var journal = TestLog.open(disk, 2)) {
            assertThat(journal.last()).isEqualTo(wrote.size());
        }
    }

    @Test
    void startsWithoutRoomForASegmentTrimsAndWritesAgain() throws IOException {
        for (var quiet : List.of(Duration.ofDays(1), Duration.ofMillis(1))) {
            for (long seed = 0; seed < 10; seed++) {
                wrote.clear();
                disk = new FaultyDisk();
                disk.full(4 * SEGMENT);
                try (var journal = open(TestLog.smallCovering(quiet), seed)) {
                    fillAll(journal, 4);
                    disk = seed % 2 == 0 ? disk.crash(seed) : disk.kill();
                }
                disk.full(0);
                trimsInTheLastSegment(TestLog.smallCovering(quiet), seed);
            }
        }
    }

    private void trimsInTheLastSegment(JournalSettings settings, long seed) throws IOException {
        long trimmed;
        int files = disk.list(TestLog.FOLDER).size();
        try (var journal = open(settings, seed + 1)) {
            assertThat(journal.last()).isEqualTo(wrote.size());
            assertThat(TestLog.records(journal)).hasSize(wrote.size());
            refuses(journal, Reason.NODE_FULL);
            trimmed = journal.oldestSegmentEnd();
            journal.trim(trimmed);
            await(() -> journal.start() == trimmed);
            // The segment that is free now is the room for what follows.
            assertThat(fill(journal)).isPositive();
            assertThat(disk.list(TestLog.FOLDER).size()).isLessThanOrEqualTo(files);
            disk = disk.crash(seed);
        }
        try (var journal = open(settings, seed + 2)) {
            assertThat(journal.damages()).isEmpty();
            assertThat(journal.start()).isEqualTo(trimmed);
            assertThat(journal.last()).isEqualTo(wrote.size());
            assertThat(TestLog.records(journal)).hasSize((int) (wrote.size() - trimmed));
            assertThat(TestLog.damages(journal)).isEmpty();
        }
    }

    @Test
    void losesNoTrimThatWentToTheLastSegment() throws IOException {
        for (long seed = 0; seed < 40; seed++) {
            wrote.clear();
            disk = new FaultyDisk();
            disk.full(5 * SEGMENT);
            try (var journal = open(TestLog.SMALL, seed)) {
                fillAll(journal, 5);
                appendWithoutWaiting(journal);
                // The last batch is not there, torn, or whole without anybody knowing.
                disk = disk.crash(seed);
            }
            disk.full(0);
            for (int round = 0; round < 3; round++) {
                try (var journal = open(TestLog.SMALL, seed + round)) {
                    assertThat(journal.damages()).as("seed %d", seed).isEmpty();
                    wrote.subList((int) journal.last(), wrote.size()).clear();
                    long below = journal.oldestSegmentEnd();
                    disk.powerOffAfter((int) seed % 7);
                    journal.trim(below);
                    await(() -> journal.start() == below || journal.failure().isPresent());
                    disk = disk.crash(seed * 3 + round);
                }
            }
            disk.full(Long.MAX_VALUE);
            try (var journal = open(TestLog.SMALL, seed + 9)) {
                assertThat(journal.last()).as("seed %d", seed).isEqualTo(wrote.size());
                assertThat(TestLog.damages(journal)).as("seed %d", seed).isEmpty();
                assertThat(TestLog.records(journal))
                        .hasSize((int) (wrote.size() - journal.start()));
                wrote.add(maker.commit(1, 8));
                TestLog.write(journal, wrote.getLast());
                assertThat(TestLog.damages(journal)).isEmpty();
            }
        }
    }

    @Test
    void startsWithoutRoomForASegmentAndWritesOnceThereIsSome() throws IOException {
        disk.full(4 * SEGMENT);
        try (var journal = open(TestLog.SMALL, 1)) {
            fillAll(journal, 4);
            disk = disk.kill();
        }
        disk.full(0);
        try (var journal = open(TestLog.SMALL, 2)) {
            refuses(journal, Reason.NODE_FULL);
            assertThat(journal.durable()).isEqualTo(wrote.size());
            disk.full(8 * SEGMENT);
            assertThat(fill(journal)).isPositive();
        }
    }

    @Test
    void trimsWhileRecordsWaitForRoom() throws IOException {
        // Asks for the room once, and does not see that others take it.
        try (var journal =
                FileJournal.open(
                        new FileJournal.Place(disk, TestLog.FOLDER),
                        TestLog.SMALL,
                        new JournalMetrics(registry),
                        new FileJournal.Sources(() -> 0L, new Random(1), LogMark.NONE))) {
            for (int i = 0; i < 60; i++) {
                TestLog.write(journal, maker.commit(1, 8));
            }
            disk.full(0);
            long last = 0;
            for (int i = 0; i < 100; i++) {
                last = journal.append(maker.commit(1, i == 50 ? 300 : 8));
            }
            long position = journal.oldestSegmentEnd();
            while (journal.durable() < last) {
                journal.trim(journal.durable());
                Thread.onSpinWait();
            }
            assertThat(journal.start()).isGreaterThanOrEqualTo(position);
            assertThat(TestLog.damages(journal)).isEmpty();
            disk = disk.copy();
        }
        try (var journal = TestLog.open(disk, 2)) {
            assertThat(journal.last()).isEqualTo(160);
            assertThat(TestLog.damages(journal)).isEmpty();
            assertThat(TestLog.records(journal)).hasSize((int) (160 - journal.start()));
        }
    }

    @Test
    void refusesAboveTwiceItsSizeReadsAndTrimsAndWritesAgain() throws IOException {
        var settings = new JournalSettings(SEGMENT, 2 * SEGMENT, 16 << 20, 0, Duration.ofDays(1));
        try (var journal = open(settings, 1)) {
            fill(journal);
            assertThat(journal.size().bytes()).isEqualTo(5 * SEGMENT);
            refuses(journal, Reason.OVERLOADED);
            assertThat(TestLog.records(journal)).hasSize(wrote.size());
            assertThat(journal.failure()).isEmpty();
            journal.trim(journal.oldestSegmentEnd());
            assertThat(fill(journal)).isPositive();
            refuses(journal, Reason.OVERLOADED);
        }
    }

    private void refuses(Journal journal, Reason reason) {
        long last = journal.last();
        assertThat(refusal(journal)).isEqualTo(reason);
        assertThat(journal.last()).isEqualTo(last);
    }

    private Reason refusal(Journal journal) {
        try {
            journal.append(maker.commit(99, 1));
            throw new AssertionError("taken (expected: a refusal)");
        } catch (Failure e) {
            return e.reason();
        }
    }

    /** Writes until it is refused, definitely; returns how many records that were. */
    private int fill(FileJournal journal) throws IOException {
        int count = 0;
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (true) {
            try {
                var commit = maker.commit(1, 8);
                long position = journal.append(commit);
                wrote.add(commit);
                count++;
                TestLog.await(journal, position);
            } catch (Failure e) {
                assertThat(e.reason()).isIn(Reason.NODE_FULL, Reason.OVERLOADED);
                // A trim, or a segment being made ready, may still be under way.
                if (count > 0 || System.nanoTime() > deadline) {
                    return count;
                }
                Thread.onSpinWait();
            }
        }
    }

    private void appendWithoutWaiting(Journal journal) {
        try {
            for (int i = 0; i < 5; i++) {
                var commit = maker.commit(2, 1);
                journal.append(commit);
                wrote.add(commit);
            }
        } catch (Failure e) {
            assertThat(e.reason()).isEqualTo(Reason.NODE_FULL);
        }
    }

    /** The same, until so many segments hold records: none is left that is only made ready. */
    private void fillAll(FileJournal journal, int segments) throws IOException {
        do {
            fill(journal);
        } while (journal.size().bytes() < segments * SEGMENT);
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}

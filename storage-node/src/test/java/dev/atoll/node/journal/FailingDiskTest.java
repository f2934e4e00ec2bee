package dev.atoll.node.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.node.disk.FaultyDisk;
import dev.atoll.node.journal.TestLog.Maker;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Writes and syncs that fail. */
class FailingDiskTest {
    private static final int RECORDS = 40;

    private final Maker maker = new Maker(4);
    private final List<JournalRecord> wrote = new ArrayList<>();

    @Test
    void stopsForGoodAtTheFirstWriteThatFails() throws IOException {
        for (int nth = 1; nth < 30; nth++) {
            var disk = new FaultyDisk();
            disk.failWrite(".segment", nth);
            stopsForGood(disk, "write " + nth);
        }
    }

    @Test
    void stopsForGoodAtTheFirstSyncThatFails() throws IOException {
        for (int nth = 1; nth < 30; nth++) {
            var disk = new FaultyDisk();
            disk.failSync(".segment", nth);
            stopsForGood(disk, "sync " + nth);
        }
    }

    @Test
    void stopsAtOnceWhenItsFolderCannotBeSynced() throws IOException {
        // What a name means after a power cut is not known any more: no file is put in its place.
        for (int nth = 2; nth < 4; nth++) {
            var disk = new FaultyDisk();
            disk.failSync("journal", nth);
            stopsAtOnce(disk, "sync " + nth + " of the folder");
        }
        for (int nth = 4; nth < 10; nth++) {
            var disk = new FaultyDisk();
            disk.failSync("journal", nth);
            stopsForGood(disk, "sync " + nth + " of the folder");
        }
    }

    @Test
    void stopsAtOnceWhenNoFileCanBeMadeReady() throws IOException {
        for (var kind : List.of(".making", ".spare")) {
            var disk = new FaultyDisk();
            disk.failWrite(kind, 1);
            stopsAtOnce(disk, kind);
        }
    }

    private static void stopsAtOnce(FaultyDisk disk, String what) throws IOException {
        try (var journal = TestLog.open(disk, 1)) {
            assertThat(TestLog.outcome(journal, Long.MAX_VALUE))
                    .as(what)
                    .isNotNull()
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.OUTCOME_UNKNOWN))
                    .hasMessageContaining("no next segment");
        }
    }

    @Test
    void throwsAwayAFileThatCouldNotBeMadeReadyAndTakesAnother() throws IOException {
        for (var kind : List.of(".making", ".spare")) {
            for (int nth = 1; nth < 5; nth++) {
                wrote.clear();
                var disk = new FaultyDisk();
                disk.failSync(kind, nth);
                try (var journal = TestLog.open(disk, 1)) {
                    for (int i = 0; i < RECORDS * 3; i++) {
                        wrote.add(maker.commit(1, 6));
                        TestLog.write(journal, wrote.getLast());
                    }
                    assertThat(journal.failure()).isEmpty();
                    disk = disk.crash(nth);
                }
                try (var journal = TestLog.open(disk, 2)) {
                    assertThat(journal.last()).isEqualTo(wrote.size());
                    assertThat(TestLog.records(journal)).hasSize(wrote.size());
                }
            }
        }
    }

    private void stopsForGood(FaultyDisk disk, String what) throws IOException {
        wrote.clear();
        int acknowledged = 0;
        FaultyDisk found;
        try (var journal = TestLog.open(disk, 1)) {
            Failure failure = null;
            for (int i = 0; i < RECORDS * 5 && failure == null; i++) {
                wrote.add(maker.commit(1, 6));
                failure = outcome(journal);
                acknowledged += failure == null ? 1 : 0;
            }
            assertThat(failure).as(what).isNotNull();
            assertThat(journal.failure()).isPresent();
            var written = segments(disk);
            assertThatThrownBy(() -> journal.append(maker.commit(1, 1)))
                    .isInstanceOfSatisfying(
                            Failure.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.OUTCOME_UNKNOWN));
            assertThat(segments(disk)).as(what).startsWith(written.toArray(byte[][]::new));
            found = disk.kill();
        }
        found.failWrite(-1);
        long recovered;
        try (var journal = TestLog.open(found, 2)) {
            recovered = journal.last();
            assertThat(recovered).as(what).isBetween((long) acknowledged, (long) wrote.size());
            assertThat(journal.damages()).isEmpty();
            found = found.crash(3);
        } catch (Failure e) {
            throw new AssertionError(what, e);
        }
        // What recovery showed is safe, though the pages counted as clean since the failed sync.
        try (var journal = TestLog.open(found, 3)) {
            assertThat(journal.last()).as(what).isEqualTo(recovered);
            var read = TestLog.records(journal);
            for (var entry : read.entrySet()) {
                assertThat(TestLog.same(entry.getValue(), wrote.get((int) (entry.getKey() - 1))))
                        .isTrue();
            }
        }
    }

    /** Appends what was made last. */
    private @Nullable Failure outcome(Journal journal) throws IOException {
        try {
            return TestLog.outcome(journal, journal.append(wrote.getLast()));
        } catch (Failure e) {
            return e;
        }
    }

    private static List<byte[]> segments(FaultyDisk disk) throws IOException {
        var all = new ArrayList<byte[]>();
        for (var path : disk.list(TestLog.FOLDER)) {
            if (path.toString().endsWith(".segment")) {
                all.add(disk.peek(path));
            }
        }
        return all;
    }
}

package dev.atoll.node.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.node.disk.FaultyDisk;
import dev.atoll.node.journal.TestLog.Maker;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A log that is gone, or another one in its place, is not taken for a new log. */
class LogMarkTest {
    private final Maker maker = new Maker(6);
    private final MemoryMark mark = new MemoryMark();
    private FaultyDisk disk = new FaultyDisk();

    private FileJournal open(long seed) throws IOException {
        return TestLog.open(
                disk,
                TestLog.SMALL,
                new FileJournal.Sources(System::nanoTime, new Random(seed), mark));
    }

    private void write(long seed) throws IOException {
        try (var journal = open(seed)) {
            TestLog.write(journal, maker.commit(1, 1));
        }
    }

    @Test
    void notesTheLogBeforeItsFirstRecordIsAcknowledged() throws IOException {
        try (var journal = open(1)) {
            // Nothing is lost with a folder in which nothing ever was.
            assertThat(mark.find()).isEmpty();
            TestLog.write(journal, maker.commit(1, 1));
            assertThat(mark.find()).hasValue(journal.logId());
        }
        try (var journal = open(2)) {
            assertThat(mark.find()).hasValue(journal.logId());
            assertThat(journal.last()).isEqualTo(1);
        }
    }

    @Test
    void refusesAFolderWithoutTheLog() throws IOException {
        write(1);
        var full = disk;
        disk = new FaultyDisk();
        assertThatThrownBy(() -> open(2))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("/journal: no log is there (expected: log ")
                .hasMessageContaining("%016x".formatted(mark.find().getAsLong()))
                .hasMessageContaining("; put back the files that were there", "; or forget it)");
        assertThat(disk.list(TestLog.FOLDER)).isEmpty();
        disk = full;
        write(4);
    }

    @Test
    void refusesALogOfWhichOnlyTheNextSegmentIsLeft() throws IOException {
        write(1);
        disk.delete(SegmentFiles.segmentPath(TestLog.FOLDER, 1));
        var left = disk.list(TestLog.FOLDER);
        assertThatThrownBy(() -> open(2)).hasMessageContaining("no log is there");
        assertThat(disk.list(TestLog.FOLDER)).isEqualTo(left);
    }

    @Test
    void refusesAnotherLogAndLeavesItAlone() throws IOException {
        write(1);
        long expected = mark.find().getAsLong();
        mark.forget();
        disk = new FaultyDisk();
        write(2);
        long there = mark.find().getAsLong();
        mark.forget();
        mark.keep(expected);
        int writes = disk.writes();
        assertThatThrownBy(() -> open(3))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("belongs to log %016x".formatted(there))
                .hasMessageContaining("expected: log %016x".formatted(expected));
        assertThat(disk.writes()).isEqualTo(writes);
    }

    @Test
    void notesALogThatWasThereBefore() throws IOException {
        write(1);
        long id = mark.find().getAsLong();
        mark.forget();
        open(2).close();
        assertThat(mark.find()).hasValue(id);
    }

    @Test
    void acknowledgesNothingThatItCouldNotNote() throws IOException {
        mark.fail(true);
        try (var journal = open(1)) {
            var failure = TestLog.outcome(journal, journal.append(maker.commit(1, 1)));
            assertThat(failure)
                    .isInstanceOfSatisfying(
                            Failure.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.OUTCOME_UNKNOWN));
        }
        mark.fail(false);
        disk = disk.crash(1);
        write(2);
        assertThat(mark.find()).isPresent();
    }

    @Test
    void goesOnWithALogWhoseOnlyHeaderIsGone() throws IOException {
        write(1);
        long id = mark.find().getAsLong();
        disk.poke(SegmentFiles.segmentPath(TestLog.FOLDER, 1), 0, new byte[4096]);
        for (var path : disk.list(TestLog.FOLDER)) {
            if (SegmentFiles.number(path, "segment").filter(index -> index > 1).isPresent()) {
                disk.delete(path);
            }
        }
        try (var journal = open(2)) {
            assertThat(journal.logId()).isEqualTo(id);
            assertThat(journal.damages()).hasSize(1);
            TestLog.write(journal, maker.commit(1, 1));
        }
    }

    /** As a node does that is started again and again, and refuses each time. */
    @Test
    void aLogThatLostItsEndGrowsNoFilesByBeingLookedAt() throws IOException {
        write(1);
        disk.poke(SegmentFiles.segmentPath(TestLog.FOLDER, 1), 0, new byte[4096]);
        var before = disk.list(TestLog.FOLDER);
        for (int seed = 2; seed < 6; seed++) {
            try (var journal = open(seed)) {
                assertThat(journal.damages()).isNotEmpty();
            }
            assertThat(disk.list(TestLog.FOLDER)).isEqualTo(before);
        }
        write(6);
        try (var journal = open(7)) {
            assertThat(journal.last()).isPositive();
        }
    }
}

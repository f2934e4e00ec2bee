package dev.atoll.node.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.atoll.node.disk.Disk;
import dev.atoll.node.disk.FaultyDisk;
import dev.atoll.node.disk.OpenMode;
import dev.atoll.node.journal.JournalRecord;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whenever the power goes while files are mended, the next start mends them. */
class RedoCrashTest {
    private static final Path FILE = Path.of("/data/i.sqlite");
    private static final Path WAL = Path.of("/data/i.sqlite-wal");
    private static final int SEEDS = 12;

    @TempDir private Path folder;
    private CapturedDatabase database;
    private FaultyDisk disk;
    private List<JournalRecord.Commit> journal = List.of();
    private byte[] expected;

    /** A database with a fold behind it, and commits that are in the WAL and the journal only. */
    @BeforeEach
    void create() throws Exception {
        database = CapturedDatabase.create(folder);
        database.commit("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
        database.commit("INSERT INTO t VALUES (1, randomblob(30000))");
        database.fold();
        disk = new FaultyDisk();
        database.commit("INSERT INTO t VALUES (2, randomblob(20000))");
        database.commit("UPDATE t SET v = randomblob(9000) WHERE id = 1");
        copy(database.file, FILE);
        copy(PageSums.file(database.file), PageSums.file(FILE));
        copy(RequestSidecar.file(database.file), RequestSidecar.file(FILE));
        copy(folder.resolve("i.sqlite-wal"), WAL);
        disk.syncDirectory(Path.of("/data"));
        database.fold();
        journal = List.copyOf(database.journal);
        expected = Files.readAllBytes(database.file);
    }

    private void copy(Path from, Path to) throws IOException {
        try (var file = disk.open(to, OpenMode.CREATE_NEW)) {
            file.write(ByteBuffer.wrap(Files.readAllBytes(from)), 0);
            file.sync();
        }
    }

    private PageSums.Folded redo(Disk where) throws IOException {
        return Redo.redo(where, FILE, CapturedDatabase.found(journal));
    }

    private void isWhole(FaultyDisk where, String when) throws IOException {
        assertThat(redo(where).commit()).as(when).isEqualTo(4);
        assertThat(where.peek(FILE)).as(when).isEqualTo(expected);
        assertThat(new Scrub(where, FILE).all()).as(when).isEmpty();
        assertThat(where.list(Path.of("/data")))
                .as(when)
                .containsExactly(FILE, RequestSidecar.file(FILE), PageSums.file(FILE));
        isSafe(where, when);
    }

    /** The power goes once more, and the journal was trimmed. */
    private void isSafe(FaultyDisk where, String when) throws IOException {
        for (int seed = 0; seed < 4; seed++) {
            var at = when + ", then " + seed;
            var after = where.crash(seed);
            assertThat(PageSums.open(after, FILE).folded().map(PageSums.Folded::commit))
                    .as(at)
                    .contains(4L);
            assertThat(PageSums.open(after, FILE).requests().sidecar())
                    .as(at)
                    .isEqualTo(database.requests());
            assertThat(after.peek(FILE)).as(at).isEqualTo(expected);
            assertThat(new Scrub(after, FILE).all()).as(at).isEmpty();
        }
    }

    @Test
    void aRedoThatFailsAtAnyWriteIsDoneAgain() throws IOException {
        var whole = disk.copy();
        redo(whole);
        assertThat(whole.writes()).isGreaterThan(5);
        for (int nth = 1; nth <= whole.writes(); nth++) {
            for (int seed = 0; seed < SEEDS; seed++) {
                var failing = disk.copy();
                failing.failWrite(nth);
                assertThatExceptionOfType(IOException.class).isThrownBy(() -> redo(failing));
                isWhole(failing.crash(seed), "write " + nth + ", seed " + seed);
            }
        }
    }

    @Test
    void aRedoThatFailsAtAnySyncIsDoneAgain() throws IOException {
        var whole = disk.copy();
        redo(whole);
        assertThat(whole.syncs()).isEqualTo(5);
        for (int nth = 1; nth <= whole.syncs(); nth++) {
            for (int seed = 0; seed < SEEDS; seed++) {
                var failing = disk.copy();
                failing.failSync(nth);
                assertThatExceptionOfType(IOException.class).isThrownBy(() -> redo(failing));
                isWhole(failing.crash(seed), "sync " + nth + ", seed " + seed);
            }
        }
    }

    /**
     * The system's memory says after a sync that failed, and after the process was killed, what no
     * disk may hold: the redo finds its own slot there, and the journal is trimmed after it.
     */
    @Test
    void whatASyncThatFailedLeftInMemoryIsNotTakenForSafe() throws IOException {
        for (int nth = 1; nth <= 5; nth++) {
            var failing = disk.copy();
            failing.failSync(nth);
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> redo(failing));
            isWhole(failing.kill(), "sync " + nth);
        }
    }

    @Test
    void whatAProcessThatWasKilledLeftInMemoryIsNotTakenForSafe() throws IOException {
        int step = 0;
        for (var cut = cutOff(disk, step); cut.isPresent(); cut = cutOff(disk, step)) {
            isWhole(killed(disk, step), "step " + step);
            step++;
        }
        assertThat(step).isGreaterThan(10);
    }

    /** A first slot, and the name of the file that it is in. */
    @Test
    void norIsWhatItLeftOfAFirstRedo() throws IOException {
        for (int nth = 1; nth <= 7; nth++) {
            var failing = new FaultyDisk();
            failing.failSync(nth);
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> redo(failing));
            isWhole(failing.kill(), "sync " + nth);
        }
    }

    /** A slot that is in memory only is the one that the next commits are redone upon. */
    @Test
    void norIsASlotThatMoreCommitsCameAfter() throws IOException {
        // What was folded before is forgotten: without a slot there is nothing to go by.
        journal = journal.subList(2, 4);
        for (int nth = 1; nth <= 5; nth++) {
            var failing = disk.copy();
            failing.failSync(nth);
            var three = CapturedDatabase.found(journal.subList(0, 1));
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> Redo.redo(failing, FILE, three));
            var found = failing.kill();
            for (int again = 0; cutOff(found, again).isPresent(); again++) {
                for (int seed = 0; seed < 4 * SEEDS; seed++) {
                    var cut = found.kill();
                    cut.powerOffAfter(again);
                    assertThatExceptionOfType(IOException.class).isThrownBy(() -> redo(cut));
                    var after = cut.crash(seed * 7_919L);
                    var when = "sync " + nth + ", step " + again + ", seed " + seed;
                    assertThat(redo(after).commit()).as(when).isEqualTo(4);
                    assertThat(after.peek(FILE)).as(when).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void whereTheJournalNotesTheFoldNothingIsWritten() throws IOException {
        redo(disk);
        int syncs = disk.syncs();
        var noted = new ClosedDatabase.Found(CapturedDatabase.INCARNATION, 4, database.journal);
        assertThat(Redo.redo(disk, FILE, noted).commit()).isEqualTo(4);
        assertThat(disk.syncs()).isEqualTo(syncs);
    }

    /** At every step of a redo, then at every step of the next, and of the one after that. */
    @Test
    void aRedoThatIsCutOffAtEveryStepThreeTimesOnEndIsDoneAgain() throws IOException {
        int cases = 0;
        for (var first = cutOff(disk, 0); first.isPresent(); first = cutOff(disk, cases)) {
            cases++;
        }
        assertThat(cases).isGreaterThan(10);
        int interrupted = cutOffAndMend(disk, 3, "");
        assertThat(interrupted).isGreaterThan(cases * cases);
    }

    /** How often a redo was cut off, in all. */
    private int cutOffAndMend(FaultyDisk found, int times, String when) throws IOException {
        int interrupted = 0;
        for (int step = 0; ; step++) {
            var at = when + " step " + step;
            var after = cutOff(found, step);
            if (after.isEmpty()) {
                return interrupted;
            }
            interrupted++;
            if (times == 1) {
                isWhole(after.get(), at);
            } else {
                interrupted += cutOffAndMend(after.get(), times - 1, at);
            }
        }
    }

    /** What a power cut at that step of a redo leaves; empty if there are not so many steps. */
    private Optional<FaultyDisk> cutOff(FaultyDisk found, int step) throws IOException {
        var cut = found.copy();
        cut.powerOffAfter(step);
        try {
            redo(cut);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(cut.crash(step));
        }
    }

    /** What a kill at that step of a redo leaves. */
    private FaultyDisk killed(FaultyDisk found, int step) throws IOException {
        var cut = found.copy();
        cut.powerOffAfter(step);
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> redo(cut));
        return cut.kill();
    }

    @Test
    void aRedoOfTheFirstCommitsIsDoneAgain() throws IOException {
        // Nothing is folded yet, and the power went before anything was safe.
        for (int seed = 0; seed < 7 * SEEDS; seed++) {
            var empty = new FaultyDisk();
            empty.failSync(1 + seed % 7);
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> redo(empty));
            isWhole(empty.crash(seed), "seed " + seed);
        }
    }

    @Test
    void anUndoIsEndedWhereverThePowerWent() throws IOException {
        for (int steps = 0; steps <= 4; steps++) {
            for (int seed = 0; seed < SEEDS; seed++) {
                var cut = disk.copy();
                int left = steps;
                var moved = Undo.moved(FILE);
                var movedWal = moved.resolveSibling(moved.getFileName() + "-wal");
                if (left-- > 0) {
                    cut.rename(WAL, movedWal);
                }
                if (left-- > 0) {
                    cut.rename(FILE, moved);
                }
                if (left-- > 0) {
                    cut.rename(movedWal, WAL);
                }
                if (left-- > 0) {
                    cut.rename(moved, FILE);
                }
                var after = seed == 0 ? cut.kill() : cut.crash(seed);
                assertThat(Redo.isThere(after, FILE)).isTrue();
                isWhole(after, "step " + steps + ", seed " + seed);
            }
        }
    }

    @Test
    void theUndoRenamesInThatOrder() throws IOException {
        var moved = Undo.moved(FILE);
        Undo.move(disk, FILE);
        assertThat(disk.exists(FILE)).isFalse();
        assertThat(disk.exists(WAL)).isFalse();
        assertThat(disk.exists(moved)).isTrue();
        Undo.moveBack(disk, FILE);
        assertThat(disk.exists(moved)).isFalse();
        isWhole(disk, "moved back");
    }

    @Test
    void aFileThatLostItsEndIsNotPassedOffAsWhole() throws IOException {
        try (var file = disk.open(FILE, OpenMode.WRITE)) {
            file.truncate(4096);
            file.sync();
        }
        // The commits that are redone hold the last page: the hole is found by its checksums.
        redo(disk);
        assertThat(new Scrub(disk, FILE).all()).isNotEmpty();
    }

    @Test
    void aTornSlotLeavesTheOneBefore() throws IOException {
        redo(disk);
        var sums = PageSums.file(FILE);
        long newest = ByteBuffer.wrap(disk.peek(sums)).getLong(8);
        int at = newest % 2 == 0 ? 0 : 2048;
        disk.poke(sums, at + 30, new byte[] {1, 2, 3, 4});
        assertThat(PageSums.open(disk, FILE).folded().orElseThrow().commit()).isEqualTo(2);
        isWhole(disk, "torn slot");
    }

    @Test
    void anotherCommitOfTheSameNumberIsNotInTheChain() throws Exception {
        var other = CapturedDatabase.create(Files.createDirectory(folder.resolve("other")));
        other.commit("CREATE TABLE u(id INTEGER PRIMARY KEY)");
        other.commit("INSERT INTO u VALUES (1)");
        other.commit("INSERT INTO u VALUES (2)");
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> Redo.redo(disk, FILE, other.found()))
                .matches(failure -> failure.reason() == Reason.INSTANCE_QUARANTINED);
        other.capture().abandon();
    }
}

package dev.atoll.node.sqlite;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.atoll.node.disk.FaultyDisk;
import dev.atoll.node.disk.OpenMode;
import dev.atoll.node.journal.JournalRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whenever the power goes during a fold, or after a backfill, the journal mends what it left:
 * SQLite's pages half written, the file longer or not, the checksums, the slot. Also if it goes
 * again during that.
 */
class FoldCrashTest {
    private static final Path FILE = Path.of("/data/i.sqlite");
    private static final Path WAL = Path.of("/data/i.sqlite-wal");
    private static final int PAGE_BYTES = 4096;
    private static final int SECTOR_BYTES = 512;
    private static final int SLOTS_BYTES = 4096;
    private static final int SEEDS = 150;

    @TempDir private Path folder;

    private List<JournalRecord.Commit> journal = List.of();
    private List<JournalRecord.Commit> all = List.of();
    private PageSums.@Nullable Folded folded;
    private State before = State.EMPTY;
    private State after = State.EMPTY;
    private byte[] backfilled = {};
    private byte[] wal = {};
    private byte[] remembered = {};

    /** The files at a moment. */
    private static final class State {
        static final State EMPTY = new State(new byte[0], new byte[0], new byte[0]);

        final byte[] file;
        final byte[] sums;
        final byte[] requests;

        private State(byte[] file, byte[] sums, byte[] requests) {
            this.file = file;
            this.sums = sums;
            this.requests = requests;
        }

        static State of(Path file) throws IOException {
            return new State(
                    Files.readAllBytes(file),
                    Files.readAllBytes(PageSums.file(file)),
                    Files.readAllBytes(RequestSidecar.file(file)));
        }
    }

    /** The second fold brings in commits that change, add and free pages; a backfill, some. */
    @BeforeEach
    void create() throws Exception {
        var database = CapturedDatabase.create(folder);
        database.commit("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
        database.commit("INSERT INTO t VALUES (1, randomblob(60000)), (2, randomblob(9000))");
        database.fold();
        before = State.of(database.file);
        database.commit("UPDATE t SET v = randomblob(30000) WHERE id = 1");
        database.commit("INSERT INTO t VALUES (3, randomblob(90000))");
        database.capture().backfill();
        backfilled = Files.readAllBytes(database.file);
        database.commit("DELETE FROM t WHERE id = 2");
        wal = Files.readAllBytes(folder.resolve("i.sqlite-wal"));
        database.fold();
        after = State.of(database.file);
        journal = List.copyOf(database.journal);
        all = journal;
        folded = database.capture().folded().orElseThrow();
        remembered = new byte[database.requests().remaining()];
        database.requests().get(remembered);
        assertThat(after.file.length).isGreaterThan(before.file.length);
        assertThat(backfilled).isNotEqualTo(before.file).isNotEqualTo(after.file);
        database.capture().close();
    }

    @Test
    void whileSqliteWritesThePages() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            var random = new Random(seed);
            var disk = disk(mixed(before.file, after.file, random), before.sums, random);
            isMended(disk, "seed " + seed);
        }
    }

    @Test
    void whileTheSystemWritesABackfillBack() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            var random = new Random(seed);
            var disk = disk(mixed(before.file, backfilled, random), before.sums, random);
            isMended(disk, "seed " + seed);
        }
    }

    @Test
    void whileSqliteWritesThePagesOnTopOfABackfill() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            var random = new Random(seed);
            var file = mixed(mixed(before.file, backfilled, random), after.file, random);
            isMended(disk(file, before.sums, random), "seed " + seed);
        }
    }

    @Test
    void whileTheChecksumsAreWritten() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            var random = new Random(seed);
            var sums = mixed(before.sums, after.sums, random);
            // The slot is written only after they are safe.
            System.arraycopy(before.sums, 0, sums, 0, SLOTS_BYTES);
            isMended(disk(after.file, sums, random), "seed " + seed);
        }
    }

    @Test
    void whileTheSlotIsWritten() throws IOException {
        int at = Arrays.mismatch(before.sums, after.sums);
        for (int cut = 0; cut <= 88; cut++) {
            var sums = after.sums.clone();
            int torn = Math.min(SLOTS_BYTES, at + cut);
            System.arraycopy(before.sums, torn, sums, torn, SLOTS_BYTES - torn);
            isMended(disk(after.file, sums, new Random(cut)), "cut at " + cut);
        }
    }

    /**
     * After a sync that failed the system's memory holds the checksums, or the slot, as if they
     * were safe. The journal is trimmed after the redo.
     */
    @Test
    void whenASyncOfTheSidecarFails() throws IOException {
        for (var failing : List.of(".requests", ".sums")) {
            for (int nth = 1; nth <= (failing.equals(".sums") ? 2 : 1); nth++) {
                var when = "sync " + nth + " of " + failing;
                var disk = disk(after.file, before.sums, new Random(nth));
                var sums = PageSums.open(disk, FILE);
                disk.failSync(failing, nth);
                assertThatExceptionOfType(IOException.class)
                        .as(when)
                        .isThrownBy(
                                () ->
                                        sums.fold(
                                                changed(),
                                                requireNonNull(folded),
                                                ByteBuffer.wrap(remembered)));

                var killed = disk.kill();
                isMended(killed, when);
                journal = List.of();
                isMended(killed.crash(nth), when + ", and the journal was trimmed");
                journal = all;
            }
        }
    }

    private SortedMap<Integer, Integer> changed() {
        var changed = new TreeMap<Integer, Integer>();
        var pages = ByteBuffer.wrap(after.file);
        for (int page = 1; page <= after.file.length / PAGE_BYTES; page++) {
            var image = pages.slice((page - 1) * PAGE_BYTES, PAGE_BYTES);
            changed.put(page, PageSums.sum(image));
        }
        return changed;
    }

    @Test
    void andAgainWhileThatIsMended() throws IOException {
        int interrupted = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            var random = new Random(seed);
            var disk = disk(mixed(before.file, after.file, random), before.sums, random);
            for (int again = 0; again < 3; again++) {
                disk.powerOffAfter(random.nextInt(25));
                try {
                    redo(disk);
                } catch (IOException e) {
                    interrupted++;
                }
                disk = disk.crash(random.nextLong());
            }
            isMended(disk, "seed " + seed);
        }
        assertThat(interrupted).isGreaterThan(SEEDS / 2);
    }

    @Test
    void aSlotWhoseCommitsTheJournalHasForgottenIsEnough() throws IOException {
        var disk = disk(after.file, after.sums, new Random(1));
        journal = List.of();
        isMended(disk, "folded and forgotten");
    }

    @Test
    void withoutTheJournalAHalfWrittenFileIsNotPassedOffAsWhole() throws IOException {
        var random = new Random(7);
        var torn = mixed(before.file, after.file, random);
        var disk = disk(torn, before.sums, random);
        journal = journal.subList(0, journal.size() - 1);
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> isMended(disk, "the last commit is lost"));
    }

    private void redo(FaultyDisk disk) throws IOException {
        Redo.redo(disk, FILE, CapturedDatabase.found(journal));
    }

    private void isMended(FaultyDisk disk, String when) throws IOException {
        redo(disk);
        assertThat(disk.peek(FILE)).as(when).isEqualTo(after.file);
        var sums = PageSums.open(disk, FILE);
        assertThat(sums.folded().orElseThrow().commit()).as(when).isEqualTo(5);
        assertThat(sums.requests().sidecar()).as(when).isEqualTo(ByteBuffer.wrap(remembered));
        assertThat(new Scrub(disk, FILE).all()).as(when).isEmpty();
        assertThat(disk.exists(WAL)).as(when).isFalse();
    }

    /** As after a power cut: what is in there is safe. */
    private FaultyDisk disk(byte[] file, byte[] sums, Random random) throws IOException {
        var disk = new FaultyDisk();
        write(disk, FILE, file);
        write(disk, PageSums.file(FILE), sums);
        // Written before the slot that speaks of it: whole once there is such a slot.
        boolean slot = !Arrays.equals(sums, 0, SLOTS_BYTES, before.sums, 0, SLOTS_BYTES);
        write(
                disk,
                RequestSidecar.file(FILE),
                slot ? after.requests : sectors(before.requests, after.requests, random));
        if (random.nextInt(4) > 0) {
            write(disk, WAL, Arrays.copyOf(wal, random.nextInt(wal.length + 1)));
        }
        disk.syncDirectory(Path.of("/data"));
        return disk;
    }

    private static void write(FaultyDisk disk, Path path, byte[] bytes) throws IOException {
        try (var file = disk.open(path, OpenMode.CREATE_NEW)) {
            file.write(ByteBuffer.wrap(bytes), 0);
            file.sync();
        }
    }

    /** Some sectors old, some new, in any order; pages beyond the old end may be zeros. */
    private static byte[] mixed(byte[] old, byte[] now, Random random) {
        boolean grown = random.nextBoolean();
        int pages = random.nextInt(now.length / PAGE_BYTES + 1);
        int length = grown ? now.length : Math.max(old.length, pages * PAGE_BYTES);
        return sectors(Arrays.copyOf(old, Math.min(length, now.length)), now, random);
    }

    private static byte[] sectors(byte[] old, byte[] now, Random random) {
        var mixed = old.clone();
        for (int at = 0; at < mixed.length; at += SECTOR_BYTES) {
            if (random.nextBoolean()) {
                int bytes = Math.min(SECTOR_BYTES, mixed.length - at);
                System.arraycopy(now, at, mixed, at, bytes);
            }
        }
        return mixed;
    }
}

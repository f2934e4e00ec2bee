package dev.atoll.node.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.atoll.node.disk.FaultyDisk;
import dev.atoll.node.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The descriptor that an open database is synced by. */
class DatabaseSyncTest {
    private static final Path FILE = Path.of("/data/i.sqlite");
    private static final byte[] BYTES = {1, 2, 3};
    private static final int MORE_THAN_MAY_BE_OPEN = DatabaseSync.OPEN_MAX + 50;

    @TempDir private Path folder;

    private static FaultyDisk disk() throws IOException {
        var disk = new FaultyDisk();
        disk.open(FILE, OpenMode.CREATE_NEW).close();
        disk.syncDirectory(Path.of("/data"));
        return disk;
    }

    @Test
    void makesWhatOthersWroteDurable() throws IOException {
        for (int seed = 0; seed < 20; seed++) {
            var disk = disk();
            try (var sync = new DatabaseSync(disk, FILE);
                    var sqlite = disk.open(FILE, OpenMode.WRITE)) {
                assertThat(sync.open()).isTrue();
                sqlite.write(ByteBuffer.wrap(BYTES), 0);
                sync.sync();
            }
            assertThat(disk.crash(seed).peek(FILE)).isEqualTo(BYTES);
        }
    }

    @Test
    void saysThatASyncFailed() throws IOException {
        var disk = disk();
        try (var sync = new DatabaseSync(disk, FILE)) {
            assertThat(sync.open()).isTrue();
            disk.failSync(".sqlite", 1);
            assertThatExceptionOfType(IOException.class).isThrownBy(sync::sync);
        }
    }

    @Test
    void isNotSyncedUnlessItIsOpen() throws IOException {
        var sync = new DatabaseSync(disk(), FILE);
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(sync::sync);
        assertThat(sync.open()).isTrue();
        sync.close();
        sync.close();
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(sync::sync);
    }

    /** Twice: whoever closes, or cannot be opened, gives the place back, and once only. */
    @Test
    void onlySoManyAreOpenAtATime() throws IOException {
        var disk = disk();
        long places = -1;
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < MORE_THAN_MAY_BE_OPEN; i++) {
                var missing = new DatabaseSync(disk, Path.of("/data/missing.sqlite"));
                assertThatExceptionOfType(IOException.class).isThrownBy(missing::open);
                missing.close();
            }
            var all = new ArrayList<DatabaseSync>();
            for (int i = 0; i < MORE_THAN_MAY_BE_OPEN; i++) {
                all.add(new DatabaseSync(disk, FILE));
            }
            long open = 0;
            for (var sync : all) {
                open += sync.open() ? 1 : 0;
            }
            assertThat(open).isBetween(1L, MORE_THAN_MAY_BE_OPEN - 1L);
            assertThat(places == -1 || places == open).as("%d, then %d", places, open).isTrue();
            places = open;
            // One that is open stays so.
            assertThat(all.getFirst().open()).isTrue();
            assertThat(all.getLast().open()).isFalse();
            all.getFirst().close();
            assertThat(all.getLast().open()).isTrue();
            for (var sync : all) {
                sync.close();
                sync.close();
            }
        }
    }

    /** Closing any other descriptor of the file would drop SQLite's locks. */
    @Test
    void sqliteKeepsItsLocksThroughFoldsAndUndos() throws Exception {
        var database = CapturedDatabase.create(folder);
        database.commit("CREATE TABLE t(a)");
        for (int i = 0; i < 3; i++) {
            database.fold();
            assertThat(locks(database.file)).as("after a fold").isPositive();
            var mark = database.capture().mark();
            database.commit("INSERT INTO t VALUES (1)");
            database.journal.removeLast();
            database.capture().undo(mark);
            assertThat(database.number("SELECT count(*) FROM t")).isEqualTo(i);
            assertThat(locks(database.file)).as("after an undo").isPositive();
            database.commit("INSERT INTO t VALUES (2)");
        }
        database.fold();
        database.capture().close();
        assertThat(locks(database.file)).as("closed").isZero();
    }

    private static long locks(Path file) throws IOException {
        var end = ":" + Files.getAttribute(file, "unix:ino");
        List<String> locks = Files.readAllLines(Path.of("/proc/locks"));
        return locks.stream().filter(line -> line.contains(end + " ")).count();
    }
}

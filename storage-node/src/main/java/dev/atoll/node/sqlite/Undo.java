package dev.atoll.node.sqlite;

import dev.atoll.node.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Takes back commits that are in the WAL and shall not be, exactly. Immutable.
 *
 * <p>SQLite cannot: closing a connection would bring the WAL into the database and delete it. So
 * the files get other names while they are open; SQLite sees on closing that they have moved, and
 * leaves them alone; the WAL is cut, and both get their names back.
 *
 * <p>A crash at any step leaves the database under one of two names and a WAL that is worth
 * nothing: after a crash every WAL is dropped, and the journal tells what was committed.
 */
final class Undo {
    private static final String MOVED = ".moved";
    private static final String WAL = "-wal";

    private Undo() {}

    /** Gives the open files other names. The connection has to be closed next. */
    static void move(Disk disk, Path database) throws IOException {
        var moved = moved(database);
        // There is none before the first write.
        if (disk.exists(named(database, WAL))) {
            disk.rename(named(database, WAL), named(moved, WAL));
        }
        disk.rename(database, moved);
    }

    /** Gives the files, which nobody has open now, their names back. */
    static void moveBack(Disk disk, Path database) throws IOException {
        var moved = moved(database);
        if (disk.exists(named(moved, WAL))) {
            disk.rename(named(moved, WAL), named(database, WAL));
        }
        disk.rename(moved, database);
    }

    /**
     * Gives the WAL of an open database another name, since on closing SQLite deletes what has its
     * own. Returns whether it is there.
     */
    static boolean moveWal(Disk disk, Path database) throws IOException {
        var wal = named(database, WAL);
        boolean there = disk.exists(wal);
        if (there) {
            disk.rename(wal, named(moved(database), WAL));
        }
        return there;
    }

    /** Gives the WAL, which nobody has open now, its name back. */
    static void moveWalBack(Disk disk, Path database) throws IOException {
        disk.rename(named(moved(database), WAL), named(database, WAL));
    }

    /** Ends what a crash cut short: the database gets its name back; the WAL is for the redo. */
    static void restoreName(Disk disk, Path database) throws IOException {
        var moved = moved(database);
        disk.delete(named(moved, WAL));
        if (disk.exists(moved)) {
            disk.rename(moved, database);
        }
    }

    static Path moved(Path database) {
        return named(database, MOVED);
    }

    private static Path named(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }
}

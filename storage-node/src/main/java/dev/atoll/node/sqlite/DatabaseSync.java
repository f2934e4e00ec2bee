package dev.atoll.node.sqlite;

import dev.atoll.node.disk.Disk;
import dev.atoll.node.disk.DiskFile;
import dev.atoll.node.disk.OpenFiles;
import dev.atoll.node.disk.OpenMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Syncs the file of an open database. SQLite itself could do it only together with the WAL, which
 * holds many times as many pages, and which nobody needs after a crash. One thread at a time.
 *
 * <p>It is opened for the first fold and stays open until SQLite has closed the file: closing
 * another descriptor before would drop SQLite's locks.
 */
final class DatabaseSync implements AutoCloseable {
    /**
     * Beside the two files that SQLite has open for each instance. As many as there is room for:
     * whoever gets none has SQLite sync the WAL with each fold, which can be a megabyte.
     */
    static final int OPEN_MAX = Math.clamp(OpenFiles.most() / 8, 512, 8_192);

    private static final AtomicInteger OPEN = new AtomicInteger();

    private final Disk disk;
    private final Path database;
    private @Nullable DiskFile opened;

    DatabaseSync(Disk disk, Path database) {
        this.disk = disk;
        this.database = database;
    }

    /** Whether it is open now: false where too many others are. */
    boolean open() throws IOException {
        if (opened != null) {
            return true;
        }
        if (OPEN.incrementAndGet() > OPEN_MAX) {
            OPEN.decrementAndGet();
            return false;
        }
        try {
            opened = disk.open(database, OpenMode.READ);
            return true;
        } finally {
            if (opened == null) {
                OPEN.decrementAndGet();
            }
        }
    }

    /** Makes all that SQLite has written into the file durable. */
    void sync() throws IOException {
        if (opened == null) {
            throw new IllegalStateException(database + ": not open to be synced");
        }
        opened.sync();
    }

    /** To be called when SQLite has closed the file. */
    @Override
    public void close() throws IOException {
        var closing = opened;
        opened = null;
        if (closing != null) {
            OPEN.decrementAndGet();
            closing.close();
        }
    }
}

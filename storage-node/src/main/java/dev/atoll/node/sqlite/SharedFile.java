package dev.atoll.node.sqlite;

import dev.atoll.node.disk.Disk;
import dev.atoll.node.disk.DiskFile;
import dev.atoll.node.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A file that is opened when it is read, and stays open while it is among the few used last: with
 * thousands of instances, one descriptor more for each is too many. One thread at a time reads it.
 */
final class SharedFile implements AutoCloseable {
    private static final int OPEN_MAX = 1_024;

    /** Those that are open; which was read lately is told by {@link #used}. */
    private static final Set<SharedFile> OPEN = new LinkedHashSet<>();

    private final Disk disk;
    private final Path path;

    /** Held while it is read, and by another thread that closes it for a newcomer. */
    private final ReentrantLock lock = new ReentrantLock();

    private @Nullable DiskFile open;
    private volatile boolean used;

    SharedFile(Disk disk, Path path) {
        this.disk = disk;
        this.path = path;
    }

    /** Reads until the buffer is full or the file ends; returns how many bytes that was. */
    int readFully(ByteBuffer into, long at) throws IOException {
        boolean opens;
        int read;
        lock.lock();
        try {
            var file = open;
            opens = file == null;
            if (file == null) {
                file = disk.open(path, OpenMode.READ);
                open = file;
            }
            used = true;
            read = file.readFully(into, at);
        } finally {
            lock.unlock();
        }
        if (opens) {
            makeRoom();
        }
        return read;
    }

    boolean isThere() throws IOException {
        lock.lock();
        try {
            return open != null || disk.exists(path);
        } finally {
            lock.unlock();
        }
    }

    /** Reading opens it again. */
    @Override
    public void close() throws IOException {
        synchronized (OPEN) {
            OPEN.remove(this);
        }
        closeOpened();
    }

    private void makeRoom() throws IOException {
        synchronized (OPEN) {
            OPEN.add(this);
            int tries = 2 * OPEN.size();
            while (OPEN.size() > OPEN_MAX && tries-- > 0) {
                var oldest = OPEN.iterator().next();
                OPEN.remove(oldest);
                if (oldest.used || !oldest.tryClose()) {
                    // A second chance, behind the others.
                    oldest.used = false;
                    OPEN.add(oldest);
                }
            }
        }
    }

    /** Not where somebody reads it just now. */
    private boolean tryClose() throws IOException {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            closeOpened();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void closeOpened() throws IOException {
        lock.lock();
        try {
            var opened = open;
            open = null;
            if (opened != null) {
                opened.close();
            }
        } finally {
            lock.unlock();
        }
    }
}

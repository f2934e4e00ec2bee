package dev.atoll.node.disk;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One open file, read and written at given places only. Thread-safe.
 *
 * <p>A thread that is interrupted inside a method may close the file for all of them.
 */
public interface DiskFile extends AutoCloseable {
    /** Reads what there is from {@code at}, at most the buffer's rest; -1 at or past the end. */
    int read(ByteBuffer into, long at) throws IOException;

    /** Writes the whole rest of the buffer. */
    void write(ByteBuffer from, long at) throws IOException;

    /** Makes what was written, and the size, safe. */
    void sync() throws IOException;

    long size() throws IOException;

    /** Cuts the file; it never grows by this. */
    void truncate(long size) throws IOException;

    @Override
    void close() throws IOException;

    /** Reads until the buffer is full or the file ends; returns how many bytes that was. */
    default int readFully(ByteBuffer into, long at) throws IOException {
        int total = 0;
        while (into.hasRemaining()) {
            int count = read(into, at + total);
            if (count < 0) {
                break;
            }
            total += count;
        }
        return total;
    }
}

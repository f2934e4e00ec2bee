package dev.atoll.node.sqlite;

import dev.atoll.node.disk.Disk;
import dev.atoll.node.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The sidecar of the requests that folded commits remember and the database does not. There is none
 * until a fold has such. Which half counts, its length and its checksum are in the slot of {@link
 * PageSums} that counts. Stateless.
 *
 * <pre>
 *     0  16384  half A: entries one after the other, see {@link RequestEntry}
 * 16384  16384  half B
 * </pre>
 */
final class RequestSidecar {
    private RequestSidecar() {}

    static Path file(Path database) {
        return database.resolveSibling(database.getFileName() + ".requests");
    }

    /**
     * What a slot says of a half.
     *
     * @param number 0 or 1
     */
    record Half(int number, int bytes, int checksum) {}

    /** Writes a half, durably; does nothing where there is nothing to write. */
    static Half write(Disk disk, Path database, int number, ByteBuffer entries) throws IOException {
        var half = new Half(number, entries.remaining(), checksum(entries));
        if (half.bytes() > 0) {
            boolean made = !disk.exists(file(database));
            try (var open = disk.open(file(database), OpenMode.CREATE_OR_OPEN)) {
                open.write(entries, at(half));
                open.sync();
            }
            if (made) {
                disk.syncDirectory(folder(database));
            }
        }
        return half;
    }

    /** Reads a half; throws INSTANCE_QUARANTINED if it is not what was written. */
    static ByteBuffer read(Disk disk, Path database, Half half) throws IOException {
        var entries = ByteBuffer.allocate(half.bytes());
        if (half.bytes() > 0 && disk.exists(file(database))) {
            try (var open = disk.open(file(database), OpenMode.READ)) {
                open.readFully(entries, at(half));
            }
        }
        entries.flip();
        if (entries.remaining() != half.bytes() || checksum(entries) != half.checksum()) {
            throw new SqliteErrors(database)
                    .quarantined(
                            "its .requests file: offset "
                                    + at(half)
                                    + ": not the "
                                    + half.bytes()
                                    + " bytes that were written");
        }
        return entries;
    }

    private static long at(Half half) {
        return (long) half.number() * RequestMemory.CARRIED_BYTES_MAX;
    }

    private static int checksum(ByteBuffer entries) {
        var crc = new CRC32C();
        crc.update(entries.duplicate());
        return (int) crc.getValue();
    }

    /** The folder of a database and of all that lies beside it. */
    static Path folder(Path database) {
        var folder = database.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IllegalArgumentException(database + ": no folder");
        }
        return folder;
    }
}

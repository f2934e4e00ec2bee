package dev.atoll.node.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/**
 * The files of a database that is not open: checks the header, deletes. Immutable.
 *
 * <p>The header of a database file, as far as it is checked (big-endian):
 *
 * <pre>
 *  0  16  "SQLite format 3" and a NUL
 * 16   2  page size: 512 to 32768, a power of two; 1 stands for 65536
 * 18   1  version for writing, 2 = WAL
 * 19   1  version for reading, 2 = WAL
 * 28   4  pages in the file
 * </pre>
 *
 * <p>Never used while SQLite has the file open: closing a second descriptor would drop its locks.
 */
final class InstanceFile {
    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER_BYTES = 100;

    /** The first page of a database; behind the header it begins as every page of a table does. */
    private static final int FIRST_PAGE_BYTES = 4096;

    private static final int TABLE_LEAF = 13;
    private static final int CELLS_AT = 3;
    private static final int LEAF_HEADER_BYTES = 8;

    private InstanceFile() {}

    /**
     * How long the database is, whose WAL is gone or empty. Throws INSTANCE_QUARANTINED if the file
     * is missing, cut off or no database, NODE_UNAVAILABLE if it cannot be read now.
     */
    static Engine.Extent check(Path file, SqliteErrors errors) {
        var header = ByteBuffer.allocate(HEADER_BYTES);
        try {
            if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
                throw errors.quarantined("missing");
            }
        } catch (NoSuchFileException e) {
            throw errors.quarantined("missing", e);
        } catch (IOException e) {
            throw errors.unavailable(e);
        }
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            boolean more = true;
            while (more) {
                more = channel.read(header) > 0;
            }
            return checkHeader(header, channel.size(), errors);
        } catch (IOException e) {
            throw errors.missingOrUnavailable(e);
        }
    }

    private static Engine.Extent checkHeader(ByteBuffer header, long bytes, SqliteErrors errors) {
        if (header.hasRemaining()) {
            throw errors.quarantined(bytes + " bytes (expected: a database, at least 512)");
        }
        if (header.slice(0, MAGIC.length).compareTo(ByteBuffer.wrap(MAGIC)) != 0) {
            throw errors.quarantined("offset 0: not the header of an SQLite database");
        }
        int raw = Short.toUnsignedInt(header.getShort(16));
        int pageSize = raw == 1 ? 65_536 : raw;
        if (pageSize < 512 || Integer.bitCount(pageSize) != 1) {
            throw errors.quarantined("offset 16: page size " + pageSize);
        }
        if (header.get(18) != 2 || header.get(19) != 2) {
            throw errors.quarantined(
                    "offset 18: format versions "
                            + Byte.toUnsignedInt(header.get(18))
                            + " and "
                            + Byte.toUnsignedInt(header.get(19))
                            + " (expected: 2 and 2)");
        }
        long pages = Integer.toUnsignedLong(header.getInt(28));
        if (bytes != pages * pageSize) {
            throw errors.quarantined(
                    bytes + " bytes (expected: " + pages * pageSize + ", as offset 28 says)");
        }
        return new Engine.Extent(pageSize, pages);
    }

    /**
     * Whether a database was begun there and nothing was ever brought into it: SQLite writes the
     * first page of a new file, an empty table, and everything else goes to the WAL until our first
     * checkpoint, which comes after the first commit is durable.
     */
    static boolean isOnlyBegun(Path file) throws IOException {
        boolean moved = Files.exists(Undo.moved(file));
        var database = moved ? Undo.moved(file) : file;
        if (Files.exists(PageSums.file(file))
                || (moved && Files.exists(file))
                || Files.size(database) > FIRST_PAGE_BYTES) {
            return false;
        }
        var page = ByteBuffer.allocate(FIRST_PAGE_BYTES);
        page.put(Files.readAllBytes(database)).clear();
        // A power cut may have left nothing of it, or its length alone.
        boolean empty = isZero(page, 0);
        boolean begun =
                page.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))
                        && page.get(HEADER_BYTES) == TABLE_LEAF
                        && page.getShort(HEADER_BYTES + CELLS_AT) == 0
                        && isZero(page, HEADER_BYTES + LEAF_HEADER_BYTES);
        return empty || begun;
    }

    private static boolean isZero(ByteBuffer bytes, int from) {
        for (int at = from; at < bytes.limit(); at++) {
            if (bytes.get(at) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Gives a database another name, and its WAL first: cut off, it can be done again. */
    static void rename(Path file, Path to) throws IOException {
        for (var suffix : List.of("-wal", ".moved-wal", ".moved", "")) {
            var part = file.resolveSibling(file.getFileName() + suffix);
            if (Files.exists(part)) {
                Files.move(part, to.resolveSibling(to.getFileName() + suffix));
            }
        }
    }

    /** Deletes the database and what belongs to it, the WAL last: it is worth nothing alone. */
    static void delete(Path file) throws IOException {
        for (var suffix :
                List.of(
                        "",
                        ".moved",
                        "-journal",
                        "-shm",
                        ".moved-wal",
                        ".sums",
                        ".requests",
                        "-wal")) {
            Files.deleteIfExists(file.resolveSibling(file.getFileName() + suffix));
        }
    }

    /** Bytes that the node may still write on the disk of this file. */
    static long usableBytes(Path file) {
        try {
            return Files.getFileStore(file).getUsableSpace();
        } catch (IOException e) {
            // A disk that cannot say how much is left is no use either.
            return 0;
        }
    }
}

package dev.atoll.node.journal;

import dev.atoll.node.disk.Disk;
import dev.atoll.node.disk.DiskFile;
import dev.atoll.node.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a file ready to be the next segment: zeros, a header, both safe. One thread at a time.
 *
 * <p>A file of which a write or sync failed is thrown away, for a sync that succeeds afterwards
 * means nothing; no record was in it. Another one is tried, but if some fail on end the disk is not
 * one to go on with.
 */
final class SegmentMaker {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentMaker.class);
    private static final int FAILURES_MAX = 3;
    private static final int ZEROS_BYTES = 1 << 20;

    private final Disk disk;
    private final Path directory;
    private final long segmentBytes;
    private int failures;

    SegmentMaker(Disk disk, Path directory, long segmentBytes) {
        this.disk = disk;
        this.directory = directory;
        this.segmentBytes = segmentBytes;
    }

    /** A spare file that begins with a header, and is open. */
    record Ready(Path path, DiskFile file) {}

    /**
     * Puts the header into that spare file, or into a new one of that name; empty if that has to be
     * tried again, with another. Throws if too much failed.
     */
    Optional<Ready> ready(Path spare, boolean isNew, SegmentHeader header) throws IOException {
        if (isNew && !make(spare)) {
            return Optional.empty();
        }
        DiskFile file = null;
        try {
            file = disk.open(spare, OpenMode.WRITE);
            if (file.size() != segmentBytes) {
                // From a folder with other settings.
                file.close();
                disk.delete(spare);
                return Optional.empty();
            }
            file.write(header.toBlock(), 0);
            file.sync();
            failures = 0;
            return Optional.of(new Ready(spare, file));
        } catch (IOException e) {
            if (file != null) {
                file.close();
            }
            throwAway(spare, e);
            return Optional.empty();
        }
    }

    /** A new file of zeros; false if the disk has no room for one, or failed. */
    private boolean make(Path spare) throws IOException {
        if (disk.usableBytes(directory) < segmentBytes) {
            return false;
        }
        var making =
                directory.resolve(String.valueOf(spare.getFileName()).replace("spare", "making"));
        try (var file = disk.open(making, OpenMode.CREATE_NEW)) {
            fill(file);
        } catch (IOException e) {
            if (disk.usableBytes(directory) < segmentBytes) {
                // Somebody else filled the disk meanwhile.
                disk.delete(making);
            } else {
                throwAway(making, e);
            }
            return false;
        }
        disk.rename(making, spare);
        return true;
    }

    private void fill(DiskFile file) throws IOException {
        var zeros = ByteBuffer.allocateDirect(ZEROS_BYTES);
        for (long at = 0; at < segmentBytes; at += ZEROS_BYTES) {
            zeros.clear().limit((int) Math.min(ZEROS_BYTES, segmentBytes - at));
            file.write(zeros, at);
        }
        file.sync();
    }

    private void throwAway(Path path, IOException cause) throws IOException {
        failures++;
        if (failures >= FAILURES_MAX) {
            throw new IOException(
                    failures + " files on end could not be made ready: " + cause.getMessage(),
                    cause);
        }
        disk.delete(path);
        LOG.atWarn()
                .addKeyValue("file", path)
                .log(
                        "journal file could not be made ready, another one is tried: {}",
                        cause.toString());
    }
}

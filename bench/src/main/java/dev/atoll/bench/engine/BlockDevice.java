package dev.atoll.bench.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The device that holds a folder, as Linux counts what it writes. Immutable.
 *
 * @param statistics its {@code stat} file
 */
record BlockDevice(Path statistics) {
    /** Of the numbers in the file, that of sectors written. */
    private static final int SECTORS_WRITTEN = 6;

    private static final long SECTOR_BYTES = 512;
    private static final long SYNC_SECONDS_MAX = 120;

    /** Throws IOException where the system does not say what the device writes. */
    static BlockDevice of(Path folder) throws IOException {
        // As Linux packs both numbers into one.
        long device = ((Number) Files.getAttribute(folder, "unix:dev")).longValue();
        long major = (device >>> 8 & 0xfff) | (device >>> 32 & ~0xfffL);
        long minor = (device & 0xff) | (device >>> 12 & ~0xffL);
        var statistics = Path.of("/sys/dev/block/" + major + ':' + minor + "/stat");
        if (!Files.isReadable(statistics)) {
            throw new IOException(statistics + ": not there (expected: what the device counts)");
        }
        return new BlockDevice(statistics);
    }

    /** Has every device write what waits to be written. */
    static void sync() throws IOException, InterruptedException {
        var sync = new ProcessBuilder("sync").start();
        if (!sync.waitFor(SYNC_SECONDS_MAX, TimeUnit.SECONDS) || sync.exitValue() != 0) {
            sync.destroy();
            throw new IOException("sync: failed");
        }
    }

    /** Bytes written since the system started, with all that waits to be written. */
    long syncedBytes() throws IOException, InterruptedException {
        sync();
        var numbers = Files.readString(statistics).strip().split("\\s+", -1);
        return Long.parseLong(numbers[SECTORS_WRITTEN]) * SECTOR_BYTES;
    }

    @Override
    public String toString() {
        return String.valueOf(statistics.getName(statistics.getNameCount() - 2));
    }
}

package dev.atoll.system.harness;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A file system of its own in memory, small enough to fill. Needs the rights to mount one. */
public final class SmallDisk implements AutoCloseable {
    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /** Mounts one at that folder; empty where this process may not. */
    public static Optional<SmallDisk> mount(Path folder, int mebibytes) throws IOException {
        Files.createDirectories(folder);
        boolean mounted =
                run(
                        List.of(
                                "mount",
                                "-t",
                                "tmpfs",
                                "-o",
                                "size=" + mebibytes + "m",
                                "none",
                                folder.toString()));
        return mounted ? Optional.of(new SmallDisk(folder)) : Optional.empty();
    }

    /** Takes all of its space but so much, by a file that {@link #release()} removes. */
    public void fill(long bytesLeft) throws IOException {
        long free = Files.getFileStore(folder).getUsableSpace();
        try (var file = new RandomAccessFile(filler().toFile(), "rw")) {
            var chunk = new byte[1 << 16];
            for (long written = 0; written < free - bytesLeft; written += chunk.length) {
                file.write(chunk, 0, (int) Math.min(chunk.length, free - bytesLeft - written));
            }
        }
    }

    /** Gives the space back. */
    public void release() throws IOException {
        Files.delete(filler());
    }

    @Override
    public void close() throws IOException {
        if (!run(List.of("umount", folder.toString()))) {
            throw new IOException(folder + " could not be unmounted");
        }
    }

    private Path filler() {
        return folder.resolve("filler");
    }

    private static boolean run(List<String> command) throws IOException {
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

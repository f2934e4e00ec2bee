package dev.atoll.node.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The disk of the operating system. Thread-safe. */
public enum SystemDisk implements Disk {
    INSTANCE;

    @Override
    public DiskFile open(Path path, OpenMode mode) throws IOException {
        return new SystemFile(FileChannel.open(path, options(mode)));
    }

    @Override
    public boolean exists(Path path) throws IOException {
        if (Files.exists(path)) {
            return true;
        }
        if (!Files.notExists(path)) {
            // Nobody can tell now: that is no reason to take it for gone.
            var _ = Files.size(path);
            return true;
        }
        return false;
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        try (var paths = Files.list(directory)) {
            return paths.sorted().toList();
        }
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        Files.createDirectories(directory);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            new SystemFile(channel).syncAll();
        }
    }

    @Override
    public long size(Path path) throws IOException {
        return Files.size(path);
    }

    @Override
    public long modifiedMicros(Path path) throws IOException {
        return Files.getLastModifiedTime(path).to(TimeUnit.MICROSECONDS);
    }

    @Override
    public long usableBytes(Path path) throws IOException {
        return Files.getFileStore(path).getUsableSpace();
    }

    private static Set<? extends OpenOption> options(OpenMode mode) {
        return switch (mode) {
            case READ -> Set.of(StandardOpenOption.READ);
            case WRITE -> Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
            case CREATE_NEW ->
                    Set.of(
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.CREATE_NEW);
            case CREATE_OR_OPEN ->
                    Set.of(
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.CREATE);
        };
    }

    /**
     * A channel that a thread with an interrupt pending uses is closed by that, under all who share
     * it: so the interrupt waits until the work is done. One that comes in the middle would still
     * close it, so nobody interrupts the threads that work with files.
     */
    private record SystemFile(FileChannel channel) implements DiskFile {
        @Override
        public int read(ByteBuffer into, long at) throws IOException {
            boolean interrupted = Thread.interrupted();
            try {
                return channel.read(into, at);
            } finally {
                interruptAgain(interrupted);
            }
        }

        @Override
        public void write(ByteBuffer from, long at) throws IOException {
            boolean interrupted = Thread.interrupted();
            try {
                long next = at;
                while (from.hasRemaining()) {
                    next += channel.write(from, next);
                }
            } finally {
                interruptAgain(interrupted);
            }
        }

        @Override
        public void sync() throws IOException {
            boolean interrupted = Thread.interrupted();
            try {
                // Data and size only: fdatasync. The times of a journal segment are nobody's
                // business.
                channel.force(false);
            } finally {
                interruptAgain(interrupted);
            }
        }

        @Override
        public long size() throws IOException {
            boolean interrupted = Thread.interrupted();
            try {
                return channel.size();
            } finally {
                interruptAgain(interrupted);
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            boolean interrupted = Thread.interrupted();
            try {
                channel.truncate(size);
            } finally {
                interruptAgain(interrupted);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }

        void syncAll() throws IOException {
            boolean interrupted = Thread.interrupted();
            try {
                channel.force(true);
            } finally {
                interruptAgain(interrupted);
            }
        }

        private static void interruptAgain(boolean interrupted) {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

package dev.atoll.node.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.disk.SystemDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of which more are in use than stay open. */
class SharedFileTest {
    private static final int FILES = 3_000;
    private static final int THREADS = 4;

    @TempDir private Path folder;

    @Test
    void readsManyMoreFilesThanStayOpenFromSeveralThreads() throws Exception {
        long before = openFiles();
        var shared = new ArrayList<SharedFile>();
        for (int i = 0; i < FILES; i++) {
            var path = folder.resolve("wal-" + i);
            Files.write(path, ByteBuffer.allocate(Integer.BYTES).putInt(i).array());
            shared.add(new SharedFile(SystemDisk.INSTANCE, path));
        }
        try (var threads = Executors.newFixedThreadPool(THREADS)) {
            var running = new ArrayList<Future<?>>();
            for (int t = 0; t < THREADS; t++) {
                int share = t;
                running.add(
                        threads.submit(
                                () -> {
                                    for (int round = 0; round < 5; round++) {
                                        readShare(shared, share);
                                    }
                                    return true;
                                }));
            }
            for (var thread : running) {
                thread.get();
            }
        }
        assertThat(openFiles() - before).isLessThan(2_000);
        for (var file : shared) {
            file.close();
        }
        assertThat(openFiles() - before).isLessThan(100);
    }

    private static void readShare(List<SharedFile> shared, int share) throws IOException {
        for (int i = share; i < FILES; i += THREADS) {
            var buffer = ByteBuffer.allocate(Integer.BYTES);
            assertThat(shared.get(i).readFully(buffer, 0)).isEqualTo(Integer.BYTES);
            assertThat(buffer.flip().getInt()).isEqualTo(i);
        }
    }

    private static long openFiles() throws IOException {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }
}

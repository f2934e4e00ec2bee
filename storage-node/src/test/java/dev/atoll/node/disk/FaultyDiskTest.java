package dev.atoll.node.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

/** The faulty disk as a disk, and what its faults leave. */
class FaultyDiskTest extends DiskContract {
    private final FaultyDisk disk = new FaultyDisk();

    @Override
    Disk disk() {
        return disk;
    }

    @Override
    Path folder() {
        return Path.of("/folder");
    }

    @Test
    void keepsWhatWasSyncedThroughAnyCrash() throws IOException {
        var path = folder().resolve("a");
        var file = disk.open(path, OpenMode.CREATE_NEW);
        file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 0);
        file.sync();
        disk.syncDirectory(folder());
        file.write(ByteBuffer.wrap(new byte[] {4, 5}), 3);
        var sizes = new HashSet<Integer>();
        for (long seed = 0; seed < 100; seed++) {
            byte[] after = disk.crash(seed).peek(path);
            assertThat(after).startsWith(1, 2, 3);
            sizes.add(after.length);
        }
        assertThat(sizes).contains(3, 4, 5);
    }

    @Test
    void losesNamesThatWereNotSynced() throws IOException {
        var path = folder().resolve("a");
        try (var file = disk.open(path, OpenMode.CREATE_NEW)) {
            file.sync();
        }
        var seen = new HashSet<Boolean>();
        for (long seed = 0; seed < 100; seed++) {
            seen.add(disk.crash(seed).exists(path));
        }
        assertThat(seen).containsExactlyInAnyOrder(true, false);
        assertThatThrownBy(() -> disk.exists(path)).hasMessage("the power is off");
    }

    @Test
    void forgetsWhatAFailedSyncLeftBehind() throws IOException {
        var path = folder().resolve("a");
        var file = disk.open(path, OpenMode.CREATE_NEW);
        disk.syncDirectory(folder());
        file.write(ByteBuffer.wrap(new byte[] {1}), 0);
        disk.failSync(1);
        assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
        file.sync();
        assertThat(disk.peek(path)).hasSize(1);
        assertThat(disk.crash(1).peek(path)).isEmpty();
    }
}

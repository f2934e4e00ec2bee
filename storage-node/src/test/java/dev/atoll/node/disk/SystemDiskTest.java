package dev.atoll.node.disk;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SystemDiskTest extends DiskContract {
    @TempDir Path folder;

    @Override
    Disk disk() {
        return SystemDisk.INSTANCE;
    }

    @Override
    Path folder() {
        return folder;
    }
}

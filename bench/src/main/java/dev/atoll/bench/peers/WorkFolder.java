package dev.atoll.bench.peers;

import dev.atoll.bench.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A folder for the data and logs of a comparison, which goes with it. Immutable.
 *
 * @param path the folder
 */
public record WorkFolder(Path path) implements AutoCloseable {
    /** An empty one, which the user of PostgreSQL may enter. */
    public static WorkFolder create() throws IOException {
        var path = Files.createTempDirectory("atoll-peers-");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx--x--x"));
        return new WorkFolder(path);
    }

    @Override
    public void close() throws IOException {
        Folders.delete(path);
    }
}

package dev.atoll.node.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Files and folders, with the promises that a power cut leaves. Thread-safe.
 *
 * <p>What was written is safe after {@link DiskFile#sync}. That a name exists, is gone, or means
 * another file is safe after {@link #syncDirectory} of the folder it is in.
 */
public interface Disk {
    /** Opens a file; the caller closes it. */
    DiskFile open(Path path, OpenMode mode) throws IOException;

    boolean exists(Path path) throws IOException;

    /** Deletes the file; it need not exist. */
    void delete(Path path) throws IOException;

    /** Gives the file another name, taking the place of a file that had it. */
    void rename(Path from, Path to) throws IOException;

    /** The files and folders in that folder, sorted by name. */
    List<Path> list(Path directory) throws IOException;

    void createDirectories(Path directory) throws IOException;

    /** Makes the names in that folder safe. */
    void syncDirectory(Path directory) throws IOException;

    /** Bytes of that file. */
    long size(Path path) throws IOException;

    /** When the bytes of that file were last written, microseconds since 1970. */
    long modifiedMicros(Path path) throws IOException;

    /** How many bytes this process could still write where that file or folder is. */
    long usableBytes(Path path) throws IOException;
}

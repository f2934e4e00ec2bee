package dev.atoll.node.sqlite;

import dev.atoll.node.disk.SystemDisk;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The file of a database that nobody has open, and what its sidecar says: read once for all who
 * look at it before it is opened. What it says is outdated as soon as the file is opened, redone or
 * replaced. One thread at a time.
 */
public final class FoldedFile {
    private final PageSums sums;

    private FoldedFile(PageSums sums) {
        this.sums = sums;
    }

    /** Reads what is said of that file. Throws NODE_UNAVAILABLE if it cannot be read now. */
    public static FoldedFile read(Path file) {
        try {
            return new FoldedFile(PageSums.openAhead(SystemDisk.INSTANCE, file));
        } catch (IOException e) {
            throw new SqliteErrors(file).unavailable(e);
        }
    }

    public Path file() {
        return sums.database();
    }

    /** The newest commit that is folded into it; 0 where its sidecar says nothing. */
    public long commit() {
        return sums.folded().map(PageSums.Folded::commit).orElse(0L);
    }

    PageSums sums() {
        return sums;
    }
}

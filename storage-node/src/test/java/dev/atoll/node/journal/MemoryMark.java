package dev.atoll.node.journal;

import java.io.IOException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A mark that a power cut leaves alone, and that fails on cue. Thread-safe. */
final class MemoryMark implements LogMark {
    private volatile @Nullable Long noted;
    private volatile boolean fails;

    @Override
    public OptionalLong find() {
        var id = noted;
        return id == null ? OptionalLong.empty() : OptionalLong.of(id);
    }

    @Override
    public void keep(long logId) throws IOException {
        if (fails) {
            throw new IOException("Input/output error, as asked for");
        }
        noted = logId;
    }

    @Override
    public String advice() {
        return "or forget it";
    }

    void fail(boolean now) {
        fails = now;
    }

    void forget() {
        noted = null;
    }
}

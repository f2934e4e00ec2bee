package dev.atoll.node.sqlite;

import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * How long one operation of a call may run: a statement, or a typed operation with all its
 * statements. Time that a client takes to read does not count. One thread at a time.
 */
final class StatementTime {
    private final Duration most;
    private final LongSupplier ticker;
    private long endNanos;

    StatementTime(Duration most, LongSupplier ticker) {
        this.most = most;
        this.ticker = ticker;
        begin();
    }

    Duration most() {
        return most;
    }

    /** The next operation has as much time again. */
    void begin() {
        endNanos = ticker.getAsLong() + most.toNanos();
    }

    boolean isOver() {
        return endNanos - ticker.getAsLong() < 0;
    }

    /** Hands rows on, while its time stands still. */
    RowSink whileItStands(RowSink sink) {
        return new RowSink() {
            @Override
            public void columns(List<SqlColumn> columns) {
                sink.columns(columns);
            }

            @Override
            public void row(List<SqlValue> row) {
                long before = ticker.getAsLong();
                sink.row(row);
                endNanos += ticker.getAsLong() - before;
            }
        };
    }
}

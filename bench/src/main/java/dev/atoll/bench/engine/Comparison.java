package dev.atoll.bench.engine;

import java.io.IOException;
import java.sql.SQLException;

/** One row's two figures, each measured as often as asked. One thread at a time. */
interface Comparison extends AutoCloseable {
    /** Measures what ours is compared with. */
    double yardstick() throws IOException, SQLException, InterruptedException;

    /** Measures the engine. */
    double ours() throws IOException, SQLException, InterruptedException;

    /** What else there is to know; empty if nothing. */
    default String note() {
        return "";
    }

    @Override
    void close() throws IOException, SQLException;
}

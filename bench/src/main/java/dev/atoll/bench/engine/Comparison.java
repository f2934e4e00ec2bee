package dev.atoll.bench.engine;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/** One row's two figures, each measured as often as asked. One thread at a time. */
interface Comparison extends AutoCloseable {
    /** Makes what is needed, once, before anything is measured. */
    void prepare() throws IOException, SQLException, InterruptedException;

    /** Measures what ours is compared with. */
    double yardstick() throws IOException, SQLException, InterruptedException;

    /** Measures the engine. */
    double ours() throws IOException, SQLException, InterruptedException;

    /** What else there is to know; empty if nothing. */
    default String note() {
        return "";
    }

    /** What else was measured and has to be so; empty if nothing. */
    default List<RowResult.Other> others() {
        return List.of();
    }

    @Override
    void close() throws IOException, SQLException;
}

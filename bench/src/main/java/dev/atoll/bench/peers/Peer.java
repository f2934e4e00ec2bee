package dev.atoll.bench.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** A system that runs, and what can be measured of it. One thread at a time. */
interface Peer extends AutoCloseable {
    /** What it can measure. */
    Set<Series> series();

    /** Puts it under load for so long. */
    Measurement measure(Series series, Duration duration) throws IOException, InterruptedException;

    /** Names and versions of all that takes part. */
    List<String> versions() throws IOException, InterruptedException;

    /** Stops it. */
    @Override
    void close();
}

package dev.atoll.router.placement;

import java.time.Duration;
import java.util.List;

/** What a router knows of the placement. Thread-safe. */
public interface Placement extends AutoCloseable {
    /** The newest view; never waits. */
    PlacementView view();

    /**
     * Runs {@code then} once, on a thread of its own: as soon as there is a view newer than {@code
     * revision}, or after {@code timeout}, or when the placement is closed.
     */
    void afterMove(long revision, Duration timeout, Runnable then);

    /** Why this router cannot serve, or serves from what it last knew, a line each. */
    List<String> missing();

    /** Stops; the view stays what it was. */
    @Override
    void close();
}

package dev.atoll.node.config;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Where the versions are kept. Every method that throws an {@link IOException} may wait for as long
 * as the store is away, within seconds. Thread-safe.
 */
public interface ConfigStore extends AutoCloseable {
    /** Which version is current, asked anew: what was stored before the call is seen. */
    Found find() throws IOException;

    /**
     * The current version.
     *
     * @param version empty where none was ever stored
     * @param revision tells this state from any other
     */
    record Found(Optional<ConfigVersion> version, long revision) {}

    /** The text of a version, which is what was stored; empty if it is not kept. */
    Optional<String> findText(long number) throws IOException;

    /** Those that are kept, newest first. */
    List<ConfigVersion> versions() throws IOException;

    /**
     * Makes a version current, if no other became so since {@code before} was found. Throws an
     * {@link IOException} if certainly nothing changed, and OUTCOME_UNKNOWN where nobody knows.
     */
    Outcome store(ConfigVersion next, String text, Found before) throws IOException;

    /** What came of storing. */
    sealed interface Outcome {
        /** It is current. */
        record Stored() implements Outcome {}

        /** Another became current, this one. */
        record Overtaken(long number) implements Outcome {}
    }

    /** Whether the bringing of sleeping instances to the declared schema is paused. */
    boolean isMigrationPaused() throws IOException;

    /** Pauses it or lets it go on, for all nodes, until it is said otherwise. */
    void pauseMigration(boolean paused) throws IOException;

    /**
     * Calls back, on any thread, when another version may be current. To be called again and again:
     * where it was called before and still works, nothing happens.
     */
    void watch(Runnable changed);

    @Override
    void close();
}

package dev.atoll.node.config;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A store that several may share, that can be away, and can lose what it held. Thread-safe. */
final class MemoryConfigStore implements ConfigStore {
    private final TreeMap<Long, ConfigVersion> versions = new TreeMap<>();
    private final TreeMap<Long, String> texts = new TreeMap<>();
    private Runnable watcher = () -> {};
    private long revision;
    private boolean away;
    private boolean migrationPaused;
    private Runnable beforeStoring = () -> {};

    /** Whether every method fails from now on. */
    synchronized void away(boolean isAway) {
        away = isAway;
    }

    /** What happens once, before the next version is stored. */
    synchronized void beforeStoring(Runnable happens) {
        beforeStoring = happens;
    }

    /** Forgets everything, and starts anew. */
    synchronized void lose() {
        migrationPaused = false;
        versions.clear();
        texts.clear();
        revision++;
    }

    @Override
    public synchronized Found find() throws IOException {
        check();
        return versions.isEmpty()
                ? new Found(Optional.empty(), revision)
                : new Found(Optional.of(versions.lastEntry().getValue()), revision);
    }

    @Override
    public synchronized Optional<String> findText(long number) throws IOException {
        check();
        return Optional.ofNullable(texts.get(number));
    }

    @Override
    public synchronized List<ConfigVersion> versions() throws IOException {
        check();
        return List.copyOf(new ArrayList<>(versions.descendingMap().values()));
    }

    @Override
    public Outcome store(ConfigVersion next, String text, Found before) throws IOException {
        Runnable first;
        synchronized (this) {
            first = beforeStoring;
            beforeStoring = () -> {};
        }
        first.run();
        Runnable told;
        synchronized (this) {
            check();
            if (before.revision() != revision) {
                return new Outcome.Overtaken(versions.isEmpty() ? 0 : versions.lastKey());
            }
            versions.put(next.number(), next);
            texts.put(next.number(), text);
            Retention.dropped(versions()).stream()
                    .map(ConfigVersion::number)
                    .toList()
                    .forEach(
                            number -> {
                                versions.remove(number);
                                texts.remove(number);
                            });
            revision++;
            told = watcher;
        }
        told.run();
        return new Outcome.Stored();
    }

    @Override
    public synchronized boolean isMigrationPaused() throws IOException {
        check();
        return migrationPaused;
    }

    @Override
    public synchronized void pauseMigration(boolean paused) throws IOException {
        check();
        migrationPaused = paused;
    }

    @Override
    public synchronized void watch(Runnable changed) {
        watcher = changed;
    }

    @Override
    public void close() {
        // Others share it.
    }

    private void check() throws IOException {
        if (away) {
            throw new IOException("the store is away");
        }
    }
}

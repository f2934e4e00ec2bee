package dev.atoll.node.waking;

import dev.atoll.node.alarms.StoredAlarm;
import dev.atoll.wire.InstanceKey;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Who watches alarms now. Thread-safe. */
public final class AlarmWatchers implements AutoCloseable {
    private final CopyOnWriteArrayList<Watcher> watchers = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    /** One that takes the due alarms of a namespace. */
    public interface Watcher {
        String namespace();

        /** Whether it has taken what it was told so far. */
        boolean isReady();

        /** Is told of an alarm; again after a while, unless it clears it. Never waits. */
        void due(InstanceKey instance, StoredAlarm alarm);

        /** Is told that the node stops. */
        void end();
    }

    public void add(Watcher watcher) {
        watchers.add(watcher);
        if (closed) {
            end(watcher);
        }
    }

    private void end(Watcher watcher) {
        watchers.remove(watcher);
        watcher.end();
    }

    /** Ends all watching, from now on: a stream would not end by itself. */
    @Override
    public void close() {
        closed = true;
        watchers.forEach(this::end);
    }

    public void remove(Watcher watcher) {
        watchers.remove(watcher);
    }

    /** The namespaces in which somebody can be told of alarms now. */
    Set<String> readyNamespaces() {
        return watchers.stream()
                .filter(Watcher::isReady)
                .map(Watcher::namespace)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether somebody can be told of alarms of the namespace now. */
    boolean isReady(String namespace) {
        return of(namespace).anyMatch(Watcher::isReady);
    }

    /**
     * One to be told of an alarm of the namespace, another one each time: if there is, one that can
     * be told now.
     */
    Optional<Watcher> next(String namespace) {
        var found = of(namespace).filter(Watcher::isReady).findFirst();
        if (found.isEmpty()) {
            found = of(namespace).findFirst();
        }
        found.ifPresent(this::putLast);
        return found;
    }

    private Stream<Watcher> of(String namespace) {
        return watchers.stream().filter(watcher -> watcher.namespace().equals(namespace));
    }

    private void putLast(Watcher watcher) {
        // It may have been removed meanwhile, and stays so.
        if (watchers.size() > 1 && watchers.remove(watcher)) {
            watchers.add(watcher);
        }
    }
}

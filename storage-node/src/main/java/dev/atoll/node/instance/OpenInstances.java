package dev.atoll.node.instance;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;

/** The open instances, least recently used first. Thread-safe. */
final class OpenInstances {
    /** Those that gave memory back when they were idle: used before all others. */
    @GuardedBy("this")
    private final LinkedHashMap<HostedInstance, Boolean> small = new LinkedHashMap<>();

    /** Those used since. */
    @GuardedBy("this")
    private final LinkedHashMap<HostedInstance, Boolean> large =
            new LinkedHashMap<>(16, 0.75f, true);

    @GuardedBy("this")
    private int opening;

    /** Takes a place for one that is about to be opened, if fewer than that many are taken. */
    synchronized boolean tryReserve(int most) {
        boolean free = size() + opening < most;
        if (free) {
            opening++;
        }
        return free;
    }

    /** Gives back a place that was reserved. */
    synchronized void release() {
        opening--;
    }

    /** Puts one into a place; its reservation is released by whoever made it. */
    synchronized void add(HostedInstance instance) {
        large.put(instance, true);
    }

    /** Notes that it was used now. */
    synchronized void touch(HostedInstance instance) {
        if (large.get(instance) == null && small.remove(instance) != null) {
            large.put(instance, true);
        }
    }

    /** Notes that it gave memory back. In its lane. */
    synchronized void shrunk(HostedInstance instance) {
        if (large.remove(instance) != null) {
            small.put(instance, true);
        }
    }

    /** Closes it, if it is open. In its lane. */
    void close(HostedInstance instance) {
        var database = instance.database;
        if (database != null) {
            instance.database = null;
            instance.schema = null;
            instance.noted = null;
            instance.schemaMark = 0;
            remove(instance);
            database.close();
        }
    }

    private synchronized void remove(HostedInstance instance) {
        if (large.remove(instance) == null) {
            small.remove(instance);
        }
    }

    synchronized int size() {
        return small.size() + large.size();
    }

    /** Those last used before that time, least recently used first. */
    synchronized List<HostedInstance> usedBefore(long nanos) {
        return usedBefore(inOrder(), nanos);
    }

    /** The same, of those that have memory to give back. */
    synchronized List<HostedInstance> largeAndUsedBefore(long nanos) {
        return usedBefore(large.keySet().stream(), nanos);
    }

    private static List<HostedInstance> usedBefore(Stream<HostedInstance> inOrder, long nanos) {
        return inOrder.takeWhile(instance -> instance.usedNanos - nanos < 0).toList();
    }

    /** All of them, least recently used first. */
    synchronized List<HostedInstance> all() {
        return inOrder().toList();
    }

    /** The few least recently used, to look for one that has nothing to do. */
    synchronized List<HostedInstance> leastRecentlyUsed(int most) {
        return inOrder().limit(most).toList();
    }

    @GuardedBy("this")
    private Stream<HostedInstance> inOrder() {
        return Stream.concat(small.keySet().stream(), large.keySet().stream());
    }
}

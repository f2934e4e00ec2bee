package dev.atoll.node.instance;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** The open instances, least recently used first. Thread-safe. */
final class OpenInstances {
    @GuardedBy("this")
    private final LinkedHashMap<HostedInstance, Boolean> byUse =
            new LinkedHashMap<>(16, 0.75f, true);

    @GuardedBy("this")
    private int opening;

    /** Takes a place for one that is about to be opened, if fewer than that many are taken. */
    synchronized boolean tryReserve(int most) {
        boolean free = byUse.size() + opening < most;
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
        byUse.put(instance, true);
    }

    /** Notes that it was used now. */
    synchronized void touch(HostedInstance instance) {
        byUse.get(instance);
    }

    /** Closes it, if it is open. In its lane. */
    void close(HostedInstance instance) {
        var database = instance.database;
        if (database != null) {
            instance.database = null;
            remove(instance);
            database.close();
        }
    }

    private synchronized void remove(HostedInstance instance) {
        byUse.remove(instance);
    }

    synchronized int size() {
        return byUse.size();
    }

    /** Those last used before that time, least recently used first. */
    synchronized List<HostedInstance> usedBefore(long nanos) {
        var idle = new ArrayList<HostedInstance>();
        for (var instance : byUse.keySet()) {
            if (instance.usedNanos - nanos >= 0) {
                break;
            }
            idle.add(instance);
        }
        return idle;
    }

    /** All of them, least recently used first. */
    synchronized List<HostedInstance> all() {
        return List.copyOf(byUse.keySet());
    }

    /** The few least recently used, to look for one that has nothing to do. */
    synchronized List<HostedInstance> leastRecentlyUsed(int most) {
        return byUse.keySet().stream().limit(most).toList();
    }
}

package dev.atoll.node.instance;

import dev.atoll.node.alarms.DueTimes;
import dev.atoll.node.catalog.CatalogEntry;
import dev.atoll.node.schema.SchemaStanding;
import dev.atoll.node.sqlite.InstanceDatabase;
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An instance that has work, or is open. Its fields are touched only from its lane, but for those
 * marked volatile, which others may read.
 */
final class HostedInstance implements Lane.Owner {
    final InstanceKey key;
    final int shard;
    final Lane lane;

    /** Open while this is set. */
    volatile @Nullable InstanceDatabase database;

    /** How it stands to what is declared; null until somebody asks, after it was opened. */
    @Nullable SchemaStanding schema;

    /** When it wants to be woken, as the catalogue was told; null until it was, since the wake. */
    @Nullable DueTimes noted;

    /** Whether the catalogue may say later than that. Set by whoever puts it off, from anywhere. */
    volatile boolean putOff;

    /** Of the schema that its tables have, as far as is known; 0 if it is not. */
    volatile long schemaMark;

    /** Out of service while this is set. */
    volatile @Nullable Failure quarantine;

    /** The journal's position of its newest commit: what a reply of it may have seen. */
    volatile long newest;

    /** The position before its first commit that is not in its file yet; none if MAX_VALUE. */
    volatile long unfoldedAfter = Long.MAX_VALUE;

    /** When it was last used, for those that look for the idle. */
    volatile long usedNanos;

    /** When its WAL was last copied into its file, or it was opened. */
    long backfilledNanos;

    /** Those it has taken lately. */
    final CallRate calls = new CallRate();

    private final Consumer<HostedInstance> forget;

    HostedInstance(
            InstanceKey key,
            int shard,
            Function<Lane.Owner, Lane> lane,
            Consumer<HostedInstance> forget) {
        this.key = key;
        this.shard = shard;
        this.forget = forget;
        this.lane = lane.apply(this);
    }

    /** Under which its shard was owned when it last wrote. */
    volatile long epoch;

    /** What the catalogue is to say of it, open as it is. */
    CatalogEntry entry(InstanceDatabase opened) {
        return new CatalogEntry(
                key,
                shard,
                opened.createdAt(),
                new Bookmark(opened.identity().incarnation(), opened.commit()),
                new CatalogEntry.Content(
                        opened.sizeBytes(),
                        opened.lastCommitAt(),
                        new CatalogEntry.Schema(opened.schemaVersion(), schemaMark)));
    }

    /** A commit of it goes into the journal, behind that position. In its lane. */
    void appending(long last) {
        if (unfoldedAfter == Long.MAX_VALUE) {
            unfoldedAfter = last;
        }
    }

    /** All of its commits are in its file. In its lane. */
    void folded() {
        unfoldedAfter = Long.MAX_VALUE;
    }

    /** One that is closed and well needs no lane until somebody calls. */
    @Override
    public boolean keepsLane() {
        return database != null || quarantine != null || unfoldedAfter != Long.MAX_VALUE;
    }

    @Override
    public void laneEnded() {
        forget.accept(this);
    }
}

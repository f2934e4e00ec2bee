package dev.atoll.node.instance;

import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.catalog.CatalogEntry;
import dev.atoll.node.folder.DataFolder;
import dev.atoll.node.folder.InstanceFiles;
import dev.atoll.node.journal.Journal;
import dev.atoll.node.sqlite.ClosedDatabase;
import dev.atoll.node.sqlite.InstanceDatabase;
import dev.atoll.node.sqlite.SqliteLimits;
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import dev.atoll.wire.ShardHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the catalogue, brings it up to the journal, and rebuilds it from the instances' own files
 * where it is missing or damaged. One thread at a time (the one that starts the node).
 */
final class CatalogRepair {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogRepair.class);

    private CatalogRepair() {}

    /**
     * The catalogue; a new one where that which is there is damaged or older than the journal.
     *
     * @param lossAccepted whether to go on with a journal that ends before the catalogue; else
     *     throws IOException
     */
    static Catalog open(DataFolder folder, Journal journal, boolean lossAccepted)
            throws IOException {
        var catalog = openOrReplace(folder.catalogFile());
        long applied = catalog.applied();
        if (applied > journal.last() && !lossAccepted) {
            catalog.close();
            throw new IOException(
                    "journal: ends at record "
                            + journal.last()
                            + ", so its newest records are lost, or it is an older copy (expected:"
                            + " at least record "
                            + applied
                            + ", which was durable once; or journal-damage-accepted=true, to serve"
                            + " what is there)");
        }
        if (catalog.isComplete() && (applied < journal.start() || applied > journal.last())) {
            LOG.warn(
                    "catalogue does not fit the journal, to be rebuilt: up to {} (expected: {} to"
                            + " {})",
                    applied,
                    journal.start(),
                    journal.last());
            catalog.close();
            InstanceFiles.remove(folder.catalogFile());
            catalog = openOrReplace(folder.catalogFile());
        }
        forgetRemoved(catalog);
        return catalog;
    }

    /** Brings in what the journal says of creations and deletions. */
    static void apply(JournalIndex index, Catalog catalog) throws IOException {
        var created = new ArrayList<CatalogEntry>();
        for (var traces : index.all()) {
            if (!traces.isGone() && traces.isCreated() && !catalog.has(traces.incarnation)) {
                created.add(entry(traces));
            }
        }
        catalog.batch(
                () -> {
                    // First: a key may have been given anew.
                    for (var traces : index.all()) {
                        if (traces.isGone()) {
                            catalog.remove(traces.incarnation);
                        }
                    }
                    created.forEach(catalog::put);
                    index.all().forEach(traces -> catalog.given(traces.incarnation));
                });
    }

    /** As far as the creation tells; redoing its commits tells the rest. */
    private static CatalogEntry entry(JournalIndex.Traces traces) throws IOException {
        var creation = traces.creation();
        return new CatalogEntry(
                InstanceKey.parse(creation.key()),
                traces.shard,
                Instant.EPOCH.plus(creation.origin().timeMicros(), ChronoUnit.MICROS),
                new Bookmark(traces.incarnation, 0),
                new CatalogEntry.Size(0, Optional.empty()));
    }

    private static Catalog openOrReplace(Path file) throws IOException {
        try {
            return Catalog.open(file);
        } catch (Failure e) {
            if (e.reason() != Reason.CORRUPTION) {
                throw e;
            }
            LOG.warn("catalogue damaged, to be rebuilt: {}", e.message());
            InstanceFiles.remove(file);
            return Catalog.open(file);
        }
    }

    /** Removes what a crash left of creations that came to nothing. */
    static void discardCreations(Catalog catalog, Removals removals) {
        for (var entry : catalog.findCreating()) {
            removals.remove(entry.shard(), entry.incarnation(), Long.MAX_VALUE);
            catalog.remove(entry.incarnation());
        }
    }

    private static void forgetRemoved(Catalog catalog) {
        for (var file : catalog.unreadable().values()) {
            if (!Files.exists(file)) {
                catalog.removeUnreadable(file);
            }
        }
    }

    /** Brings in every instance of the folder, whose files hold all that the journal does. */
    static void rebuild(DataFolder folder, Catalog catalog, Removals removals, SqliteLimits limits)
            throws IOException {
        var found = new ArrayList<>(folder.findInstances());
        // Numbers are never given again, whatever became of those that had them.
        found.forEach(instance -> catalog.given(instance.incarnation()));
        removals.incarnations().forEach(catalog::given);
        found.removeIf(instance -> removals.incarnations().contains(instance.incarnation()));
        if (!found.isEmpty()) {
            LOG.info("rebuilding the catalogue from {} files", found.size());
        }
        // Of two files of one key the newer one counts: it comes last and replaces the other.
        found.sort(Comparator.comparingLong(InstanceFiles.Found::incarnation));
        for (var instance : found) {
            InstanceKey key;
            try {
                key = readKey(folder, instance);
            } catch (Failure e) {
                // It might be anybody's: no instance of its shard may seem new until an operator
                // has mended or moved the file.
                LOG.error("no new instances in shard {}: {}", instance.shard(), e.message());
                catalog.putUnreadable(instance.shard(), instance.file());
                continue;
            }
            catalog.put(entry(key, instance, limits));
            Quarantine.found(instance.file())
                    .ifPresent(why -> catalog.putAside(instance.incarnation(), why));
        }
        catalog.complete();
    }

    private static InstanceKey readKey(DataFolder folder, InstanceFiles.Found found) {
        var key = ClosedDatabase.readKey(found.file());
        if (ShardHash.shard(key, folder.shards()) != found.shard()) {
            throw Failure.of(
                    Reason.INSTANCE_QUARANTINED,
                    found.file()
                            + ": instance "
                            + key
                            + " (expected: one of shard "
                            + found.shard()
                            + ")");
        }
        return key;
    }

    private static CatalogEntry entry(
            InstanceKey key, InstanceFiles.Found found, SqliteLimits limits) {
        var identity = new InstanceDatabase.Identity(found.incarnation(), key);
        try (var database =
                InstanceDatabase.open(found.file(), identity, limits, InstantSource.system())) {
            return new CatalogEntry(
                    key,
                    found.shard(),
                    database.createdAt(),
                    new Bookmark(found.incarnation(), database.commit()),
                    new CatalogEntry.Size(database.sizeBytes(), database.lastCommitAt()));
        } catch (Failure e) {
            // Listed all the same: waking it will quarantine it, and it must not seem new.
            LOG.error("instance {} is damaged: {}", key, e.message());
            return new CatalogEntry(
                    key,
                    found.shard(),
                    Instant.EPOCH,
                    new Bookmark(found.incarnation(), 0),
                    new CatalogEntry.Size(0, Optional.empty()));
        }
    }
}

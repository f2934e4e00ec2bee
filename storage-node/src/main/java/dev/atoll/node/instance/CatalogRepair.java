package dev.atoll.node.instance;

import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.catalog.CatalogEntry;
import dev.atoll.node.folder.DataFolder;
import dev.atoll.node.folder.InstanceFiles;
import dev.atoll.node.journal.Journal;
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the catalogue, a new one where it is missing or damaged, and brings it up to the journal.
 * One thread at a time (the one that starts the node).
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
        long seen = Math.max(applied, catalog.seenDurable());
        if (seen > journal.last() && !lossAccepted) {
            catalog.close();
            throw new IOException(
                    "journal: ends at record "
                            + journal.last()
                            + ", so its newest records are lost, or it is an older copy (expected:"
                            + " at least record "
                            + seen
                            + ", which was durable once; or journal-damage-accepted=true, to serve"
                            + " what is there)");
        }
        if (catalog.isComplete() && (applied < journal.start() || seen > journal.last())) {
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
        return catalog;
    }

    /** Brings in what the journal says of creations and deletions. */
    static void apply(JournalIndex index, Catalog catalog) throws IOException {
        var created = new LinkedHashMap<JournalIndex.Traces, CatalogEntry>();
        for (var traces : index.all()) {
            if (!traces.isGone() && traces.isCreated() && !catalog.has(traces.incarnation)) {
                created.put(traces, entry(traces));
            }
        }
        var deleted = newestDeleted(index, created.values());
        catalog.batch(
                () -> {
                    // First: a key may have been given anew.
                    for (var traces : index.all()) {
                        if (traces.isGone()) {
                            catalog.remove(traces.incarnation);
                        }
                    }
                    created.values().stream()
                            .filter(
                                    entry ->
                                            deleted.getOrDefault(entry.key(), 0L)
                                                    < entry.incarnation())
                            .forEach(catalog::put);
                    index.all().forEach(traces -> catalog.given(traces.incarnation));
                });
        created.forEach(
                (traces, entry) -> {
                    if (!catalog.has(entry.incarnation())) {
                        LOG.warn(
                                "incarnation {} of {} was promised to nobody, and there was a newer"
                                        + " one",
                                entry.incarnation(),
                                entry.key());
                        traces.supersede();
                    }
                });
    }

    /** Of those keys, the newest incarnation that came to be and was deleted. */
    private static Map<InstanceKey, Long> newestDeleted(
            JournalIndex index, Collection<CatalogEntry> created) throws IOException {
        var newest = new HashMap<InstanceKey, Long>();
        if (created.isEmpty()) {
            return newest;
        }
        var keys = created.stream().map(CatalogEntry::key).collect(Collectors.toSet());
        for (var traces : index.all()) {
            if (traces.isDeleted() && traces.isCreated()) {
                var key = InstanceKey.parse(traces.creation().key());
                if (keys.contains(key)) {
                    newest.merge(key, traces.incarnation, Math::max);
                }
            }
        }
        return newest;
    }

    /** As far as the creation tells; redoing its commits tells the rest. */
    private static CatalogEntry entry(JournalIndex.Traces traces) throws IOException {
        var creation = traces.creation();
        return new CatalogEntry(
                InstanceKey.parse(creation.key()),
                traces.shard,
                Instant.EPOCH.plus(creation.origin().timeMicros(), ChronoUnit.MICROS),
                new Bookmark(traces.incarnation, 0),
                CatalogEntry.Content.NONE);
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
}

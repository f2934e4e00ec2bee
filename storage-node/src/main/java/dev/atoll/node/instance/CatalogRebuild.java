package dev.atoll.node.instance;

import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.catalog.CatalogEntry;
import dev.atoll.node.catalog.Due;
import dev.atoll.node.folder.DataFolder;
import dev.atoll.node.folder.InstanceFiles;
import dev.atoll.node.sqlite.ClosedDatabase;
import dev.atoll.node.sqlite.FoldedFile;
import dev.atoll.node.sqlite.InstanceDatabase;
import dev.atoll.node.sqlite.SqliteLimits;
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import dev.atoll.wire.ShardHash;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills a catalogue from the instances' own files, which hold all that the journal does. One thread
 * at a time (the one that starts the node).
 *
 * <p>The invariant it relies on: whatever was acknowledged of an instance is in the journal, or
 * folded into its file. So a file into which nothing was ever folded, and of which the journal says
 * nothing, was promised to nobody.
 */
final class CatalogRebuild {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogRebuild.class);

    private final DataFolder folder;
    private final Catalog catalog;
    private final SqliteLimits limits;
    private final LongPredicate unheardOf;

    /**
     * A rebuild that has not begun.
     *
     * @param unheardOf whether it is certain that the journal never said anything of an incarnation
     *     that is not in the files by now
     */
    CatalogRebuild(
            DataFolder folder, Catalog catalog, SqliteLimits limits, LongPredicate unheardOf) {
        this.folder = folder;
        this.catalog = catalog;
        this.limits = limits;
        this.unheardOf = unheardOf;
    }

    /** Brings in every instance of the folder but those that are gone. */
    void run(Set<Long> gone) throws IOException {
        var found = new ArrayList<>(folder.findInstances());
        // Numbers are never given again, whatever became of those that had them.
        found.forEach(instance -> catalog.given(instance.incarnation()));
        gone.forEach(catalog::given);
        found.removeIf(instance -> gone.contains(instance.incarnation()));
        if (!found.isEmpty()) {
            LOG.info("rebuilding the catalogue from {} files", found.size());
        }
        // Of two files of one key the newer one counts: it comes last and replaces the other.
        found.sort(Comparator.comparingLong(InstanceFiles.Found::incarnation));
        for (var instance : found) {
            if (!add(instance)) {
                catalog.putUnreadable(instance.shard(), instance.file());
            }
        }
        catalog.complete();
    }

    /**
     * Looks again at the files whose key nobody could tell: they may have been mended, or moved.
     */
    void lookAgain() throws IOException {
        var unreadable = catalog.unreadableFiles();
        if (unreadable.isEmpty()) {
            return;
        }
        var found =
                folder.findInstances().stream()
                        .collect(Collectors.toMap(InstanceFiles.Found::file, Function.identity()));
        for (var file : unreadable) {
            var there = found.get(file);
            if (there == null || add(there)) {
                catalog.removeUnreadable(file);
            }
        }
    }

    /** False if nobody can tell whose it is. */
    private boolean add(InstanceFiles.Found found) {
        if (!catalog.has(found.incarnation()) && !addByItsKey(found)) {
            return false;
        }
        try {
            Quarantine.found(found.file())
                    .ifPresent(why -> catalog.putAside(found.incarnation(), why));
        } catch (Failure e) {
            // Whoever wakes it asks again.
            LOG.error("whether it is quarantined is not known: {}", e.message());
        }
        return true;
    }

    /** Where the journal does not say whose it is. */
    private boolean addByItsKey(InstanceFiles.Found found) {
        InstanceKey key;
        try {
            if (isNobodys(found)) {
                LOG.warn(
                        "a creation that was cut short, and promised to nobody, is put aside: {}",
                        InstanceFiles.putAside(found.file()));
                return true;
            }
            key = readKey(found);
        } catch (Failure | IOException e) {
            // It might be anybody's: no instance of its shard may seem new until an operator
            // has mended or moved the file.
            LOG.error("no new instances in shard {}: {}", found.shard(), e.getMessage());
            return false;
        }
        catalog.put(entry(key, found));
        noteDue(found);
        return true;
    }

    private void noteDue(InstanceFiles.Found found) {
        try {
            long wake = ClosedDatabase.wakeMicros(found.file());
            catalog.due().put(found.incarnation(), Due.unknown(wake));
        } catch (IOException e) {
            // It may be readable again soon: then whoever looks finds out.
            LOG.error("{}: its .sums file cannot be read: {}", found.file(), e.getMessage());
            long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
            catalog.due().put(found.incarnation(), Due.unknown(now));
        }
    }

    /** Before its key is read: that would take the WAL away. */
    private boolean isNobodys(InstanceFiles.Found found) throws IOException {
        return unheardOf.test(found.incarnation())
                && Quarantine.found(found.file()).isEmpty()
                && ClosedDatabase.isOnlyBegun(found.file());
    }

    private InstanceKey readKey(InstanceFiles.Found found) {
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

    private CatalogEntry entry(InstanceKey key, InstanceFiles.Found found) {
        var identity = new InstanceDatabase.Identity(found.incarnation(), key);
        try (var database =
                InstanceDatabase.open(
                        FoldedFile.read(found.file()), identity, limits, InstantSource.system())) {
            return new CatalogEntry(
                    key,
                    found.shard(),
                    database.createdAt(),
                    new Bookmark(found.incarnation(), database.commit()),
                    new CatalogEntry.Content(
                            database.sizeBytes(),
                            database.lastCommitAt(),
                            // With which tables the file alone knows, once somebody looks.
                            new CatalogEntry.Schema(database.schemaVersion(), 0)));
        } catch (Failure e) {
            // Listed all the same: waking it will quarantine it, and it must not seem new.
            LOG.error("instance {} is damaged: {}", key, e.message());
            return new CatalogEntry(
                    key,
                    found.shard(),
                    Instant.EPOCH,
                    new Bookmark(found.incarnation(), 0),
                    CatalogEntry.Content.NONE);
        }
    }
}

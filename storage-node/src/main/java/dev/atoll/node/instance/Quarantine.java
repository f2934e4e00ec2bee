package dev.atoll.node.instance;

import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.catalog.CatalogEntry;
import dev.atoll.node.folder.DataFolder;
import dev.atoll.node.folder.InstanceFiles;
import dev.atoll.node.sqlite.FoldedFile;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which instances cannot be served: damaged ones. It lasts over restarts, until a check finds them
 * well. Methods that take an instance and change it run on its lane.
 */
final class Quarantine {
    private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

    private final DataFolder folder;
    private final Catalog catalog;
    private final Recovery recovery;
    private final InstanceMetrics metrics;

    Quarantine(Instances.Parts parts) {
        this.folder = parts.folder();
        this.recovery = parts.recovery();
        this.catalog = recovery.catalog();
        this.metrics = parts.metrics();
    }

    /** Throws INSTANCE_QUARANTINED if it is known to be. */
    void check(HostedInstance instance) {
        var why = instance.quarantine;
        if (why != null) {
            throw why;
        }
    }

    /**
     * The file of one that is about to be opened. Throws INSTANCE_QUARANTINED if it cannot be, and
     * NODE_UNAVAILABLE if what is said of the file cannot be read now.
     */
    FoldedFile checked(HostedInstance instance, CatalogEntry entry) {
        var why = why(instance, entry);
        if (why.isPresent()) {
            instance.quarantine = why.get();
            throw why.get();
        }
        var file = FoldedFile.read(folder.findInstanceFile(entry.shard(), entry.incarnation()));
        var older = noted(file.file(), OlderFile.find(file, entry), entry);
        if (older.isPresent()) {
            add(instance, older.get());
            throw older.get();
        }
        return file;
    }

    /** Whether it is known to be; for listings, which look at many. */
    boolean holds(@Nullable HostedInstance instance, CatalogEntry entry) {
        return (instance != null && instance.quarantine != null)
                || recovery.lost(entry.incarnation()).isPresent();
    }

    /** The same after a look at what lies beside its file. In its lane. */
    boolean finds(HostedInstance instance, CatalogEntry entry) {
        if (why(instance, entry).isPresent()) {
            return true;
        }
        var older = older(instance, entry);
        older.ifPresent(why -> add(instance, why));
        return older.isPresent();
    }

    /** Of one that is open, or has something left to be redone, its file says nothing yet. */
    private Optional<Failure> older(HostedInstance instance, CatalogEntry entry) {
        if (instance.database != null || instance.unfoldedAfter != Long.MAX_VALUE) {
            return Optional.empty();
        }
        var file = folder.findInstanceFile(entry.shard(), entry.incarnation());
        return noted(file, OlderFile.find(file, entry), entry);
    }

    private static Optional<Failure> noted(Path file, Optional<Failure> found, CatalogEntry entry) {
        if (found.isPresent()) {
            try {
                // The catalogue can be lost: then this tells which numbers were given.
                SideLog.write(InstanceFiles.sideLog(file), entry.newest().commit());
            } catch (IOException e) {
                throw Failure.of(
                        Reason.NODE_UNAVAILABLE,
                        file + ": what it lacks cannot be noted: " + e.getMessage(),
                        e);
            }
        }
        return found;
    }

    /** Takes it out of service. */
    void add(HostedInstance instance, Failure why) {
        instance.quarantine = why;
        catalog.find(instance.key)
                .ifPresent(entry -> recovery.setAside(entry.shard(), entry.incarnation(), why));
        metrics.quarantined();
        LOG.atError()
                .addKeyValue("instance", instance.key)
                .log("instance quarantined: {}", why.message());
    }

    /**
     * It stays out of service, for the damage that its file shows now; where commits of it were set
     * aside, for what was found then, which the damage may be a consequence of.
     */
    void keepDamaged(HostedInstance instance, CatalogEntry entry, Failure damage) {
        if (!hasLostCommits(folder.findInstanceFile(entry.shard(), entry.incarnation()))) {
            keep(instance, entry, damage);
        }
    }

    private void keep(HostedInstance instance, CatalogEntry entry, Failure why) {
        instance.quarantine = why;
        var known = recovery.lost(entry.incarnation()).map(Failure::message);
        if (!known.equals(Optional.of(why.message()))) {
            recovery.setAside(entry.shard(), entry.incarnation(), why);
        }
    }

    /** Why it cannot be served, as far as is known. In its lane. */
    Optional<String> reason(HostedInstance instance, CatalogEntry entry) {
        return why(instance, entry).map(Failure::message);
    }

    /** Lets one whose file is well be looked at again; why not, if commits of it were lost. */
    Optional<Failure> lift(HostedInstance instance, CatalogEntry entry) {
        var file = folder.findInstanceFile(entry.shard(), entry.incarnation());
        acceptRestored(file, entry);
        var lacking = lacking(file).or(() -> stillOlder(file, entry));
        if (lacking.isPresent()) {
            keep(instance, entry, lacking.get());
            return lacking;
        }
        recovery.takeBack(entry);
        instance.quarantine = null;
        return Optional.empty();
    }

    private void acceptRestored(Path file, CatalogEntry entry) {
        try {
            OlderFile.accept(file, entry, catalog);
        } catch (IOException e) {
            throw Failure.of(
                    Reason.NODE_UNAVAILABLE,
                    file + ": the copy cannot be accepted: " + e.getMessage(),
                    e);
        }
    }

    /**
     * A file that was said to be an older copy, and is none: left there, it would accept one that
     * comes later and that nobody meant.
     */
    void forgetRestored(CatalogEntry entry) {
        var file = folder.findInstanceFile(entry.shard(), entry.incarnation());
        try {
            InstanceFiles.removeRestored(file);
        } catch (IOException e) {
            throw Failure.of(
                    Reason.NODE_UNAVAILABLE,
                    InstanceFiles.restored(file) + ": cannot be removed: " + e.getMessage(),
                    e);
        }
    }

    private Optional<Failure> stillOlder(Path file, CatalogEntry entry) {
        // Its row anew: it is what accepting an older copy changes.
        return catalog.find(entry.key()).flatMap(row -> OlderFile.find(file, row));
    }

    private static Optional<Failure> lacking(Path file) {
        Optional<String> lacking;
        try {
            lacking = SideLog.lacking(file);
        } catch (IOException e) {
            lacking = Optional.of(InstanceFiles.sideLog(file) + ": " + e.getMessage());
        }
        return lacking.map(
                why ->
                        Failure.of(Reason.INSTANCE_QUARANTINED, why)
                                .with("file", InstanceFiles.sideLog(file).toString()));
    }

    private Optional<Failure> why(HostedInstance instance, CatalogEntry entry) {
        var known = instance.quarantine;
        if (known != null) {
            return Optional.of(known);
        }
        return recovery.lost(entry.incarnation())
                .or(() -> found(folder.findInstanceFile(entry.shard(), entry.incarnation())));
    }

    /**
     * What lies beside its file counts, whatever the catalogue says. Throws NODE_UNAVAILABLE if it
     * cannot be read now.
     */
    static Optional<Failure> found(Path file) {
        Optional<String> why;
        try {
            why = InstanceFiles.findReason(file);
        } catch (IOException e) {
            // That there is a reason is nothing to go by for ever: it may be read the next time.
            throw Failure.of(
                    Reason.NODE_UNAVAILABLE,
                    file + ": why it is quarantined cannot be read: " + e.getMessage(),
                    e);
        }
        return why.or(
                        () ->
                                hasLostCommits(file)
                                        ? Optional.of(
                                                InstanceFiles.sideLog(file)
                                                        + ": commits that could not be brought into"
                                                        + " its file")
                                        : Optional.empty())
                .map(text -> Failure.of(Reason.INSTANCE_QUARANTINED, text));
    }

    private static boolean hasLostCommits(Path file) {
        return Files.exists(InstanceFiles.sideLog(file));
    }
}

package dev.atoll.node.instance;

import dev.atoll.node.catalog.CatalogEntry;
import dev.atoll.node.folder.DataFolder;
import dev.atoll.node.sqlite.CallBudget;
import dev.atoll.node.sqlite.ClosedDatabase;
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is done with an instance beside calling it: looking for damage, giving space back, copying.
 * Every method runs on the instance's lane.
 */
final class Upkeep {
    private final LifeCycle lifeCycle;
    private final Quarantine quarantine;
    private final DataFolder folder;
    private final CommitLog log;

    Upkeep(LifeCycle lifeCycle, Quarantine quarantine, Instances.Parts parts, CommitLog log) {
        this.lifeCycle = lifeCycle;
        this.quarantine = quarantine;
        this.folder = parts.folder();
        this.log = log;
    }

    /**
     * Looks for damage: of the file, page by page, and of what SQLite keeps in it. An instance that
     * is well is served again.
     */
    List<String> verify(HostedInstance instance, CallBudget budget) {
        try {
            return check(instance, lifeCycle.settle(instance), budget);
        } catch (Failure e) {
            if (isUnreadable(e)) {
                // A full disk is nothing that is wrong with the instance.
                lifeCycle.checkWritable();
            } else if (e.reason() != Reason.INSTANCE_QUARANTINED) {
                throw e;
            }
            // Found on the way: while it was folded or redone, or when it was opened.
            return List.of(e.message());
        }
    }

    /** Whether its files cannot be read or written now, which is tried again. */
    private static boolean isUnreadable(Failure e) {
        return e.reason() == Reason.NODE_UNAVAILABLE && e.getCause() instanceof IOException;
    }

    private List<String> check(HostedInstance instance, CatalogEntry entry, CallBudget budget) {
        boolean quarantined = quarantine.finds(instance, entry);
        var damage = scrub(entry);
        if (damage.isPresent()) {
            if (quarantined) {
                quarantine.keepDamaged(instance, entry, damage.get());
            } else {
                quarantine.add(instance, damage.get());
            }
            // What it is out of service for comes first.
            return Stream.concat(
                            quarantine.reason(instance, entry).stream(),
                            Stream.of(damage.get().message()))
                    .distinct()
                    .toList();
        }
        if (quarantined) {
            var why = quarantine.lift(instance, entry);
            if (why.isPresent()) {
                return List.of(why.get().message());
            }
        } else {
            quarantine.forgetRestored(entry);
        }
        var database = lifeCycle.openExisting(instance);
        var problems = lifeCycle.guard(instance, () -> database.checkIntegrity(budget));
        if (quarantined && !problems.isEmpty()) {
            lifeCycle.retire(
                    instance, Failure.of(Reason.INSTANCE_QUARANTINED, String.join("; ", problems)));
        }
        return problems;
    }

    private Optional<Failure> scrub(CatalogEntry entry) {
        var file = folder.findInstanceFile(entry.shard(), entry.incarnation());
        try {
            return ClosedDatabase.scrub(file)
                    .map(
                            damage ->
                                    Failure.of(Reason.INSTANCE_QUARANTINED, damage)
                                            .with("file", file.toString()));
        } catch (Failure e) {
            if (e.reason() != Reason.INSTANCE_QUARANTINED) {
                throw e;
            }
            return Optional.of(e);
        } catch (NoSuchFileException e) {
            return Optional.of(
                    Failure.of(Reason.INSTANCE_QUARANTINED, e.getMessage() + ": missing", e)
                            .with("file", file.toString()));
        } catch (IOException e) {
            // Of the machine, perhaps: too many open files. Whoever calls the instance is told.
            throw Failure.of(
                    Reason.NODE_UNAVAILABLE, file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Gives unused space back. */
    InstanceStatus compact(HostedInstance instance, CallBudget budget) {
        lifeCycle.checkWritable();
        var database = lifeCycle.openExisting(instance);
        return lifeCycle.guard(
                instance,
                () -> {
                    database.compact(budget, log.sink(instance, database));
                    return new InstanceStatus(instance.entry(database), InstanceStatus.State.OPEN);
                });
    }

    /** Writes a copy to a file; the commit that it holds. */
    Bookmark export(HostedInstance instance, CallBudget budget, Path target) {
        lifeCycle.checkWritable();
        var database = lifeCycle.openExisting(instance);
        return lifeCycle.guard(
                instance,
                () -> {
                    database.export(budget, target);
                    return new Bookmark(database.identity().incarnation(), database.commit());
                });
    }
}

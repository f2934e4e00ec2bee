package dev.atoll.node.instance;

import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.folder.DataFolder;
import dev.atoll.node.sqlite.CallBudget;
import dev.atoll.node.sqlite.ClosedDatabase;
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What is done with an instance beside calling it: looking for damage, giving space back, copying.
 * Every method runs on the instance's lane.
 */
final class Upkeep {
    private final LifeCycle lifeCycle;
    private final DataFolder folder;
    private final Catalog catalog;
    private final CommitLog log;

    Upkeep(LifeCycle lifeCycle, Instances.Parts parts, CommitLog log) {
        this.lifeCycle = lifeCycle;
        this.folder = parts.folder();
        this.catalog = parts.catalog();
        this.log = log;
    }

    /** Looks for damage: of the file, page by page, and of what SQLite keeps in it. */
    List<String> verify(HostedInstance instance, CallBudget budget) {
        var entry = catalog.find(instance.key).orElseThrow(() -> LifeCycle.notFound(instance.key));
        var quarantine = instance.quarantine;
        if (quarantine != null) {
            return List.of(quarantine.message());
        }
        // Through SQLite it could not be read as it is on the disk.
        lifeCycle.sleep(instance);
        try {
            var file = folder.instanceFile(entry.shard(), entry.incarnation());
            var damage = ClosedDatabase.scrub(file);
            if (damage.isPresent()) {
                lifeCycle.quarantine(
                        instance,
                        Failure.of(Reason.INSTANCE_QUARANTINED, damage.get())
                                .with("file", file.toString()));
                return List.of(damage.get());
            }
        } catch (IOException e) {
            throw Failure.of(
                    Reason.NODE_UNAVAILABLE,
                    "instance " + instance.key + ": cannot be read: " + e.getMessage(),
                    e);
        }
        var database = lifeCycle.openExisting(instance);
        return lifeCycle.guard(instance, () -> database.checkIntegrity(budget));
    }

    /** Gives unused space back. */
    InstanceStatus compact(HostedInstance instance, CallBudget budget) {
        lifeCycle.checkWritable();
        var database = lifeCycle.openExisting(instance);
        return lifeCycle.guard(
                instance,
                () -> {
                    database.compact(budget, log.sink(instance, database.identity().incarnation()));
                    return new InstanceStatus(
                            lifeCycle.entryOf(instance, database), InstanceStatus.State.OPEN);
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

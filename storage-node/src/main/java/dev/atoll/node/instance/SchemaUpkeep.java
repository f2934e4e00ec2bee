package dev.atoll.node.instance;

import dev.atoll.node.catalog.CatalogEntry;
import dev.atoll.node.catalog.SchemaCatalog;
import dev.atoll.node.declared.BlockInForce;
import dev.atoll.node.declared.BlocksInForce;
import dev.atoll.node.schema.BlockSchema;
import dev.atoll.node.schema.InstanceSchema;
import dev.atoll.node.schema.SchemaStanding;
import dev.atoll.node.sqlite.CallBudget;
import dev.atoll.node.sqlite.InstanceDatabase;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings instances to the schema that is declared now, when they are called: those that wake, and
 * those that are open while another file becomes current. Every method that takes an instance runs
 * on that instance's lane.
 *
 * <p>An attempt that failed is not made again before the instance wakes again, or is declared
 * otherwise. The catalogue hears of either end; of one that was reached, only once that is durable.
 */
final class SchemaUpkeep {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaUpkeep.class);

    /** Not the caller's deadline: short ones would never let a long migration come to its end. */
    private static final Duration MOST = Duration.ofSeconds(60);

    private final BlocksInForce blocks;
    private final CommitLog log;
    private final LifeCycle lifeCycle;
    private final SchemaCatalog catalog;
    private final LongSupplier ticker;

    SchemaUpkeep(
            BlocksInForce blocks,
            CommitLog log,
            LifeCycle lifeCycle,
            SchemaCatalog catalog,
            LongSupplier ticker) {
        this.blocks = blocks;
        this.catalog = catalog;
        this.log = log;
        this.lifeCycle = lifeCycle;
        this.ticker = ticker;
    }

    /** Throws NAMESPACE_NOT_FOUND or INSTANCE_KEY_INVALID if there can be no such instance. */
    Optional<BlockInForce> find(InstanceKey key) {
        return blocks.find(key);
    }

    /** Whether instances of that key are declared. */
    boolean isDeclared(InstanceKey key) {
        return blocks.findSchema(key.namespace(), key.id().isEmpty()).isPresent();
    }

    /** What an open instance is declared as, and how it stands to that now. */
    Optional<Turn.Declared> bring(
            HostedInstance instance, InstanceDatabase database, Optional<BlockInForce> declared) {
        return declared.map(
                block -> new Turn.Declared(block, standing(instance, database, block.schema())));
    }

    /** As what a new instance is declared, it has from its first transaction on. */
    static Turn.Declared ofNew(BlockInForce block) {
        return new Turn.Declared(block, SchemaStanding.reached(block.schema()));
    }

    /** Says that a new instance has it, before the catalogue is told of the instance. */
    static void made(HostedInstance instance, BlockInForce block) {
        instance.schema = SchemaStanding.reached(block.schema());
        instance.schemaMark = block.schema().mark();
    }

    private SchemaStanding standing(
            HostedInstance instance, InstanceDatabase database, BlockSchema wanted) {
        var known = instance.schema;
        if (known != null && known.wanted().isSame(wanted)) {
            return known;
        }
        var standing = lifeCycle.guard(instance, () -> reached(instance, database, wanted));
        // Room may be there again soon.
        boolean again =
                standing.failure().filter(why -> why.reason() == Reason.NODE_FULL).isPresent();
        instance.schema = again ? null : standing;
        if (standing.failure().isEmpty()) {
            noteReached(instance, database, wanted);
        } else {
            var why = standing.failure().get();
            LOG.atWarn()
                    .addKeyValue("instance", instance.key)
                    .addKeyValue("version", wanted.version())
                    .log("stays on its old schema: {}", why.message());
            if (!again) {
                noteFailed(instance, database, wanted, why);
            }
        }
        return standing;
    }

    private void noteReached(
            HostedInstance instance, InstanceDatabase database, BlockSchema wanted) {
        if (instance.schemaMark == wanted.mark()) {
            return;
        }
        instance.schemaMark = wanted.mark();
        long incarnation = database.identity().incarnation();
        var schema = new CatalogEntry.Schema(database.schemaVersion(), wanted.mark());
        // Not before it is durable: what a crash took back would never be looked at again.
        log.hold(
                instance.newest,
                new CommitLog.Held() {
                    @Override
                    public void release() {
                        note(instance, () -> catalog.reached(incarnation, schema));
                    }

                    @Override
                    public void fail(Failure cause) {
                        // The next start finds out what it is at.
                    }
                });
    }

    private void noteFailed(
            HostedInstance instance, InstanceDatabase database, BlockSchema wanted, Failure why) {
        var migration = why.details().get("migration");
        var text =
                why.reason()
                        + ": "
                        + (migration == null ? "" : "migration " + migration + ": ")
                        + why.message();
        var failed =
                new SchemaCatalog.Failed(
                        instance.key, wanted.mark(), database.schemaVersion(), text);
        note(instance, () -> catalog.failed(database.identity().incarnation(), failed));
    }

    /** What is not noted, because the disk is full, is looked at once more. */
    private static void note(HostedInstance instance, Runnable noting) {
        try {
            noting.run();
        } catch (Failure e) {
            LOG.atWarn()
                    .addKeyValue("instance", instance.key)
                    .log("its schema could not be noted: {}", e.message());
        }
    }

    private SchemaStanding reached(
            HostedInstance instance, InstanceDatabase database, BlockSchema wanted) {
        if (InstanceSchema.isAt(database, wanted, budget())) {
            return SchemaStanding.reached(wanted);
        }
        try {
            lifeCycle.checkWritable();
        } catch (Failure e) {
            return InstanceSchema.behind(database, wanted, budget(), e);
        }
        return InstanceSchema.bring(database, wanted, this::budget, log.sink(instance, database));
    }

    private CallBudget budget() {
        return new CallBudget(ticker.getAsLong() + MOST.toNanos(), ticker);
    }
}

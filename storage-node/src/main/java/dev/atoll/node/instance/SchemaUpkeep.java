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
import dev.atoll.node.sqlite.SecureDelete;
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
    private final Told told;
    private final LongSupplier ticker;

    SchemaUpkeep(
            BlocksInForce blocks,
            CommitLog log,
            LifeCycle lifeCycle,
            Told told,
            LongSupplier ticker) {
        this.blocks = blocks;
        this.log = log;
        this.lifeCycle = lifeCycle;
        this.told = told;
        this.ticker = ticker;
    }

    /**
     * Who hears of instances that come to their schema. Immutable.
     *
     * @param wakes when they want to be woken, which depends on their tables
     * @param catalog which of them do, or do not
     * @param metrics how many of either
     */
    record Told(Wakes wakes, SchemaCatalog catalog, InstanceMetrics metrics) {}

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
        return declared.map(block -> new Turn.Declared(block, standing(instance, database, block)));
    }

    /** As what a new instance is declared, it has from its first transaction on. */
    static Turn.Declared ofNew(BlockInForce block) {
        return new Turn.Declared(block, SchemaStanding.reached(block.schema()));
    }

    /** Says that a new instance has it, before the catalogue is told of the instance. */
    static void made(HostedInstance instance, BlockInForce block) {
        // Its standing is for the next call, which sets what is of the connection, too.
        instance.schemaMark = block.schema().mark();
    }

    private SchemaStanding standing(
            HostedInstance instance, InstanceDatabase database, BlockInForce block) {
        var wanted = block.schema();
        var known = instance.schema;
        if (known != null && known.wanted().version() == wanted.version()) {
            return known;
        }
        setSecureDelete(instance, database, wanted);
        limitSize(instance, database, wanted);
        if (known != null && known.wanted().isSame(wanted)) {
            var standing = new SchemaStanding(wanted, known.failure(), known.unlike());
            instance.schema = standing;
            return standing;
        }
        var standing = lifeCycle.guard(instance, () -> reached(instance, database, block));
        // Room may be there again soon.
        boolean again =
                standing.failure().filter(why -> why.reason() == Reason.NODE_FULL).isPresent();
        instance.schema = again ? null : standing;
        if (standing.failure().isEmpty()) {
            noteReached(instance, database, wanted);
        } else {
            told.metrics().notMigrated();
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
                        note(instance, () -> told.catalog().reached(incarnation, schema));
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
        note(instance, () -> told.catalog().failed(database.identity().incarnation(), failed));
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

    private void limitSize(HostedInstance instance, InstanceDatabase database, BlockSchema wanted) {
        lifeCycle.guard(
                instance,
                () -> {
                    DeclaredLimits.limitSize(database, wanted.block());
                    return true;
                });
    }

    /** It is off in what was just opened. */
    private void setSecureDelete(
            HostedInstance instance, InstanceDatabase database, BlockSchema wanted) {
        var known = instance.schema;
        boolean before = known != null && known.wanted().block().mode().secureDelete();
        boolean after = wanted.block().mode().secureDelete();
        if (before != after) {
            lifeCycle.guard(
                    instance,
                    () -> {
                        SecureDelete.set(database, after);
                        return true;
                    });
        }
    }

    private SchemaStanding reached(
            HostedInstance instance, InstanceDatabase database, BlockInForce block) {
        var wanted = block.schema();
        if (InstanceSchema.isAt(database, wanted, budget())) {
            return SchemaStanding.reached(wanted);
        }
        try {
            lifeCycle.checkWritable();
        } catch (Failure e) {
            return InstanceSchema.behind(database, wanted, budget(), e);
        }
        var way =
                new InstanceSchema.Way(
                        this::budget,
                        log.sink(instance, database),
                        tx -> told.wakes().beforeCommit(instance, tx, block.expiring(), true));
        var standing = InstanceSchema.bring(database, wanted, way);
        if (standing.failure().isEmpty()) {
            told.metrics().migrated();
        }
        return standing;
    }

    private CallBudget budget() {
        return new CallBudget(ticker.getAsLong() + MOST.toNanos(), ticker);
    }
}

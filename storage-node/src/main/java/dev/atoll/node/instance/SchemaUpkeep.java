package dev.atoll.node.instance;

import dev.atoll.node.declared.BlockInForce;
import dev.atoll.node.declared.BlocksInForce;
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
 * otherwise.
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
     * @param metrics how many do, or do not
     */
    record Told(Wakes wakes, InstanceMetrics metrics) {}

    /** Throws NAMESPACE_NOT_FOUND or INSTANCE_KEY_INVALID if there can be no such instance. */
    Optional<BlockInForce> find(InstanceKey key) {
        return blocks.find(key);
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

    private SchemaStanding standing(
            HostedInstance instance, InstanceDatabase database, BlockInForce block) {
        var wanted = block.schema();
        var known = instance.schema;
        if (known != null && known.wanted().version() == wanted.version()) {
            return known;
        }
        setSecureDelete(instance, database, wanted);
        if (known != null && known.wanted().isSame(wanted)) {
            var standing = new SchemaStanding(wanted, known.failure(), known.unlike());
            instance.schema = standing;
            return standing;
        }
        var standing = lifeCycle.guard(instance, () -> reached(instance, database, block));
        standing.failure()
                .ifPresent(
                        why ->
                                LOG.atWarn()
                                        .addKeyValue("instance", instance.key)
                                        .addKeyValue("version", wanted.version())
                                        .log("stays on its old schema: {}", why.message()));
        if (standing.failure().isPresent()) {
            told.metrics().notMigrated();
        }
        // Room may be there again soon.
        instance.schema =
                standing.failure().filter(why -> why.reason() == Reason.NODE_FULL).isPresent()
                        ? null
                        : standing;
        return standing;
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

package dev.atoll.node.instance;

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
 * otherwise.
 */
final class SchemaUpkeep {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaUpkeep.class);

    /** Not the caller's deadline: short ones would never let a long migration come to its end. */
    private static final Duration MOST = Duration.ofSeconds(60);

    private final BlocksInForce blocks;
    private final CommitLog log;
    private final LifeCycle lifeCycle;
    private final InstanceMetrics metrics;
    private final LongSupplier ticker;

    SchemaUpkeep(
            BlocksInForce blocks,
            CommitLog log,
            LifeCycle lifeCycle,
            InstanceMetrics metrics,
            LongSupplier ticker) {
        this.blocks = blocks;
        this.log = log;
        this.lifeCycle = lifeCycle;
        this.metrics = metrics;
        this.ticker = ticker;
    }

    /** Throws NAMESPACE_NOT_FOUND or INSTANCE_KEY_INVALID if there can be no such instance. */
    Optional<BlockInForce> find(InstanceKey key) {
        return blocks.find(key);
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

    private SchemaStanding standing(
            HostedInstance instance, InstanceDatabase database, BlockSchema wanted) {
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
        var standing = lifeCycle.guard(instance, () -> reached(instance, database, wanted));
        standing.failure()
                .ifPresent(
                        why ->
                                LOG.atWarn()
                                        .addKeyValue("instance", instance.key)
                                        .addKeyValue("version", wanted.version())
                                        .log("stays on its old schema: {}", why.message()));
        if (standing.failure().isPresent()) {
            metrics.notMigrated();
        }
        // Room may be there again soon.
        instance.schema =
                standing.failure().filter(why -> why.reason() == Reason.NODE_FULL).isPresent()
                        ? null
                        : standing;
        return standing;
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
            HostedInstance instance, InstanceDatabase database, BlockSchema wanted) {
        if (InstanceSchema.isAt(database, wanted, budget())) {
            return SchemaStanding.reached(wanted);
        }
        try {
            lifeCycle.checkWritable();
        } catch (Failure e) {
            return InstanceSchema.behind(database, wanted, budget(), e);
        }
        var standing =
                InstanceSchema.bring(database, wanted, this::budget, log.sink(instance, database));
        if (standing.failure().isEmpty()) {
            metrics.migrated();
        }
        return standing;
    }

    private CallBudget budget() {
        return new CallBudget(ticker.getAsLong() + MOST.toNanos(), ticker);
    }
}

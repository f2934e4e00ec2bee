package dev.atoll.node.instance;

import dev.atoll.node.blocks.Block;
import dev.atoll.node.sqlite.InstanceDatabase;
import dev.atoll.node.sqlite.ReadTransaction;
import dev.atoll.node.sqlite.SizeLimit;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds calls to the limits that are declared for their namespace now. Every method runs on the
 * lane of the call's instance.
 */
final class DeclaredLimits {
    private final InstanceMetrics metrics;
    private final LongSupplier ticker;

    DeclaredLimits(InstanceMetrics metrics, LongSupplier ticker) {
        this.metrics = metrics;
        this.ticker = ticker;
    }

    /** Of the database that was opened, or is declared otherwise now. */
    static void limitSize(InstanceDatabase database, Block block) {
        SizeLimit.set(database, block.upkeep().limits().sizeBytes());
    }

    /** Before anything of the call runs: the rules that let it in take time, too. */
    void begin(ReadTransaction tx, Turn turn) {
        var limits = limits(turn);
        if (limits != null) {
            limits.statementTime().ifPresent(tx::limitTime);
        }
    }

    /**
     * Counts a call that was let in, or throws RATE_LIMITED. One that was not let in does not
     * count: a stranger could use up what others have, and would learn that there is an instance.
     */
    void count(HostedInstance instance, Turn turn) {
        var limits = limits(turn);
        if (limits == null || limits.callsPerSecond().isEmpty()) {
            return;
        }
        int perSecond = limits.callsPerSecond().getAsInt();
        long wait = instance.calls.take(perSecond, ticker.getAsLong());
        if (wait > 0) {
            throw Failure.of(
                            Reason.RATE_LIMITED,
                            "calls-per-second: over "
                                    + perSecond
                                    + " (expected: at most that in instance "
                                    + instance.key
                                    + ", of all callers together); not executed")
                    .with("limit", "calls-per-second")
                    .with("value", Integer.toString(perSecond))
                    .retryAfter(Duration.ofNanos(wait));
        }
    }

    /** Notes it if a limit made the call fail. */
    void noteFailure(Failure failure) {
        if (failure.details().containsKey("limit")) {
            metrics.limited(failure.reason());
        }
    }

    private static Block.@Nullable Limits limits(Turn turn) {
        return turn.declared().isEmpty()
                ? null
                : turn.declared().get().block().block().upkeep().limits();
    }
}

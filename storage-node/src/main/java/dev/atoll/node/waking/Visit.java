package dev.atoll.node.waking;

import dev.atoll.node.alarms.AlarmTable;
import dev.atoll.node.alarms.ExpiringTables;
import dev.atoll.node.alarms.StoredAlarm;
import dev.atoll.node.declared.BlockInForce;
import dev.atoll.node.instance.Call;
import dev.atoll.node.instance.Instances;
import dev.atoll.node.instance.Terms;
import dev.atoll.node.instance.Turn;
import dev.atoll.node.instance.WriteWork;
import dev.atoll.node.rules.Times;
import dev.atoll.node.sqlite.WriteTransaction;
import dev.atoll.wire.ClientAction;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what is due in one instance, a transaction each: so calls have their turns in between, and
 * nothing that fails takes anything else with it. Used by one thread, which waits.
 */
final class Visit {
    private static final Logger LOG = LoggerFactory.getLogger(Visit.class);

    /** What is still due then goes to the end of the queue. */
    private static final int STEPS_MAX = 1_000;

    private static final Duration STEP_MAX = Duration.ofSeconds(30);

    /** Rows of a transaction: a commit has a limit, and others wait for their turn. */
    private static final int ROWS_MAX = 512;

    private static final int ROWS_FEWER = 8;

    /** Alarms of a transaction that are handed to watchers. */
    private static final int WATCHED_MAX = 100;

    /** An alarm that a watcher has not cleared by then comes again. */
    static final Duration WATCHED_AGAIN = Duration.ofSeconds(60);

    private static final Duration AGAIN_MIN = Duration.ofSeconds(1);
    private static final Duration AGAIN_MAX = Duration.ofMinutes(5);
    private static final int DOUBLED_MAX = 10;
    private static final int ERROR_LENGTH_MAX = 500;

    private final InstanceKey key;
    private final DueInstances.Parts parts;
    private int rowsMax = ROWS_MAX;
    private boolean expiryFailed;

    /** All that was due by then has been looked at. */
    private Instant seenUntil;

    Visit(InstanceKey key, DueInstances.Parts parts) {
        this.key = key;
        this.parts = parts;
        this.seenUntil = parts.clock().instant();
    }

    /** Throws if the instance cannot be served now. */
    void run() {
        boolean more = true;
        for (int i = 0; more && i < STEPS_MAX; i++) {
            // In turns, so that neither waits for the end of the other.
            more = step(i % 2 == 0);
        }
        // Not by the clock as it is now: what became due since then is not held, but new.
        var _ = await(parts.instances().settleDue(key, terms(), seenUntil));
    }

    private boolean step(boolean alarmFirst) {
        var step = new Step(alarmFirst);
        seenUntil = step.now;
        try {
            var done = await(parts.instances().write(key, terms(), step));
            count(done);
            return !(done instanceof Nothing);
        } catch (Failure e) {
            if (!isItsOwn(e)) {
                throw e;
            }
            var alarm = step.alarm;
            if (alarm != null) {
                failed(alarm, e);
            } else if (!expiryFailed) {
                expiryFailed(e);
            } else {
                throw e;
            }
            return true;
        }
    }

    private void count(Done done) {
        switch (done) {
            case Expired(long rows) -> parts.metrics().expired(rows);
            case Ran _ -> parts.metrics().run();
            case Handed(var alarms) -> alarms.forEach(this::hand);
            case Nothing _ -> {}
        }
    }

    /**
     * It is durable by now that it comes again later: so it is handed out even if nobody is ready
     * any more, since others were handed out meanwhile. These few wait in the stream.
     */
    private void hand(StoredAlarm alarm) {
        parts.watchers()
                .next(key.namespace())
                .ifPresent(
                        watcher -> {
                            watcher.due(key, alarm);
                            parts.metrics().watched();
                        });
    }

    private void failed(StoredAlarm alarm, Failure why) {
        parts.metrics().failed();
        LOG.atWarn()
                .addKeyValue("instance", key)
                .addKeyValue("alarm", alarm.name())
                .addKeyValue("attempts", alarm.tries().count() + 1)
                .log("an alarm failed, and is tried again: {}", why.message());
        long next = Times.micros(parts.clock().instant().plus(again(alarm.tries().count())));
        var text = why.reason() + ": " + why.message();
        var error = text.substring(0, Math.min(ERROR_LENGTH_MAX, text.length()));
        var _ = await(parts.instances().write(key, terms(), new Tried(alarm, next, error)));
    }

    /** How long to wait after so many attempts that failed, and one more. */
    static Duration again(int before) {
        var doubled = AGAIN_MIN.multipliedBy(1L << Math.min(before, DOUBLED_MAX));
        return doubled.compareTo(AGAIN_MAX) < 0 ? doubled : AGAIN_MAX;
    }

    /** Fewer rows may do; else they stay, hidden, until the next visit. */
    private void expiryFailed(Failure why) {
        boolean tooMany =
                why.reason() == Reason.LIMIT_EXCEEDED || why.reason() == Reason.STATEMENT_TIMEOUT;
        if (tooMany && rowsMax > 1) {
            rowsMax = Math.max(1, rowsMax / ROWS_FEWER);
            return;
        }
        expiryFailed = true;
        parts.metrics().postponed();
        LOG.atWarn()
                .addKeyValue("instance", key)
                .log("expired rows cannot be deleted now: {}", why.message());
    }

    /** Whether it is of what was done, and neither of the instance nor of the node. */
    private static boolean isItsOwn(Failure failure) {
        return switch (failure.reason()) {
            case INSTANCE_NOT_FOUND, NAMESPACE_NOT_FOUND, INSTANCE_KEY_INVALID -> false;
            case MIGRATION_FAILED -> true;
            // Of the others the action tells.
            default -> failure.reason().action() == ClientAction.GIVE_UP;
        };
    }

    /** What a step came to. */
    private sealed interface Done {}

    private record Expired(long rows) implements Done {}

    private record Ran() implements Done {}

    private record Handed(List<StoredAlarm> alarms) implements Done {
        Handed {
            alarms = List.copyOf(alarms);
        }
    }

    private record Nothing() implements Done {}

    /** A transaction of the node's own, in an instance that is there. */
    private abstract class OwnWork<T> implements WriteWork<T> {
        @Override
        public boolean counts() {
            return false;
        }

        @Override
        public void checkCreation(Optional<BlockInForce> block) {
            throw Instances.notFound(key);
        }
    }

    /** Used on the instance's lane, and after it is over. */
    private final class Step extends OwnWork<Done> {
        private final boolean alarmFirst;
        private final Instant now = parts.clock().instant();

        /** That which ran, once it began. */
        private volatile @Nullable StoredAlarm alarm;

        Step(boolean alarmFirst) {
            this.alarmFirst = alarmFirst;
        }

        @Override
        public Done run(WriteTransaction tx, Turn turn) {
            var first = alarmFirst ? runAlarm(tx, turn) : deleteExpired(tx, turn);
            if (!(first instanceof Nothing)) {
                return first;
            }
            var second = alarmFirst ? deleteExpired(tx, turn) : runAlarm(tx, turn);
            return second instanceof Nothing ? handWatched(tx) : second;
        }

        private Done runAlarm(WriteTransaction tx, Turn turn) {
            var due = AlarmTable.findDue(tx, Times.micros(now));
            if (due.isEmpty()) {
                return new Nothing();
            }
            alarm = due.get();
            // First: it may set itself anew.
            var _ = AlarmTable.remove(tx, due.get().name());
            try {
                parts.operations()
                        .run(new AlarmOperations.Place(key, tx, turn, now), due.get().operations());
            } catch (Failure e) {
                throw e;
            } catch (RuntimeException e) {
                // A defect, in which the alarms behind it must not be caught.
                LOG.atError().addKeyValue("instance", key).log("an alarm met a defect", e);
                throw Failure.of(Reason.SQL_ERROR, "the node met a defect: " + e, e);
            }
            return new Ran();
        }

        private Done deleteExpired(WriteTransaction tx, Turn turn) {
            if (expiryFailed) {
                return new Nothing();
            }
            long rows =
                    turn.declared()
                            .filter(declared -> declared.standing().failure().isEmpty())
                            .map(declared -> declared.block().expiring())
                            .orElse(ExpiringTables.NONE)
                            .delete(tx, Times.micros(now), rowsMax);
            return rows == 0 ? new Nothing() : new Expired(rows);
        }

        private Done handWatched(WriteTransaction tx) {
            if (!parts.watchers().isReady(key.namespace())) {
                return new Nothing();
            }
            var due = AlarmTable.findWatched(tx, Times.micros(now), WATCHED_MAX);
            long next = Times.micros(now.plus(WATCHED_AGAIN));
            due.forEach(each -> AlarmTable.tried(tx, each, next, ""));
            return due.isEmpty()
                    ? new Nothing()
                    : new Handed(due.stream().map(each -> each.tried(next)).toList());
        }
    }

    /** Notes that an alarm was tried. */
    private final class Tried extends OwnWork<Boolean> {
        private final StoredAlarm alarm;
        private final long nextMicros;
        private final String error;

        Tried(StoredAlarm alarm, long nextMicros, String error) {
            this.alarm = alarm;
            this.nextMicros = nextMicros;
            this.error = error;
        }

        @Override
        public Boolean run(WriteTransaction tx, Turn turn) {
            AlarmTable.tried(tx, alarm, nextMicros, error);
            return true;
        }
    }

    private static Terms terms() {
        return Terms.until(System.nanoTime() + STEP_MAX.toNanos());
    }

    private static <T> T await(Call<T> call) {
        try {
            return call.reply().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof Failure failure ? failure : e;
        }
    }
}

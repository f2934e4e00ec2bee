package dev.atoll.node.instance;

import dev.atoll.node.alarms.DueTimes;
import dev.atoll.node.alarms.ExpiringTables;
import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.catalog.Due;
import dev.atoll.node.sqlite.WriteTransaction;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what the catalogue says of when instances want to be woken. Every method that takes an
 * instance runs on that instance's lane.
 *
 * <p>The invariant: before a commit is made after which an instance wants to be woken earlier than
 * the catalogue knows, the catalogue knows; and each commit's record says when, so that recovery
 * finds it again. A transaction that comes to nothing leaves a time that is too early, which costs
 * a look. One that was put off is looked at anew with its next commit that may wake it.
 */
final class Wakes {
    /** Rows that expire one after the other are deleted together. */
    private static final Duration EXPIRED_TOGETHER = Duration.ofSeconds(5);

    /** What has expired and is still there is held by rows that have not. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

    private final Catalog catalog;

    private volatile LongConsumer listener = _ -> {};

    Wakes(Catalog catalog) {
        this.catalog = catalog;
    }

    /** Who is told of times that come earlier than what was known. */
    void listen(LongConsumer earlier) {
        listener = earlier;
    }

    /**
     * Comes last in a transaction: says in its commit when the instance wants to be woken.
     *
     * @param expiring what of the instance expires, as far as it has that
     * @param anew whether that may be more than before
     */
    void beforeCommit(
            HostedInstance instance, WriteTransaction tx, ExpiringTables expiring, boolean anew) {
        if (expiring.isEmpty() && !anew && !tx.mayWake()) {
            return;
        }
        var due = DueTimes.of(tx, expiring);
        tx.wakeAt(due.any());
        var noted = instance.noted == null ? DueTimes.NEVER : instance.noted;
        if (due.isEarlierThan(noted) || instance.putOff) {
            // Before the row is written: what puts it off after that is seen by the next commit.
            instance.putOff = false;
            catalog.due().putEarlier(tx.incarnation(), due(instance, due));
            instance.noted = due.orEarlier(noted);
            listener.accept(due.any());
        }
    }

    /**
     * Puts off an instance that could not be served when it was due; its next commit shows that it
     * can be. From any thread.
     *
     * @param instance null if nobody has it
     */
    void putOff(@Nullable HostedInstance instance, long incarnation, Instant now) {
        catalog.due().postpone(incarnation, micros(now));
        if (instance != null) {
            // After the row: a commit that clears this has to find the row as it is now.
            instance.putOff = true;
        }
    }

    /** Notes when an instance wants to be woken that has nothing under way. */
    void settled(HostedInstance instance, long incarnation, DueTimes due, Instant now) {
        instance.putOff = false;
        catalog.due()
                .put(
                        incarnation,
                        due(instance, new DueTimes(due.alarm(), expiry(due, now), due.watched())));
        instance.noted = due;
    }

    private static long expiry(DueTimes due, Instant now) {
        if (due.expiry() == 0) {
            return 0;
        }
        return due.expiry() <= micros(now)
                ? micros(now.plus(LOOK_AGAIN))
                : Math.max(due.expiry(), micros(now.plus(EXPIRED_TOGETHER)));
    }

    private static Due due(HostedInstance instance, DueTimes due) {
        return new Due(instance.key.namespace(), due.own(), due.watched());
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }
}

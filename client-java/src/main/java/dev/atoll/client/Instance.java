package dev.atoll.client;

import dev.atoll.wire.InstanceKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One instance: a SQLite database of its own. A handle that holds no resources; make as many as you
 * like. Calls wait for their reply; {@link #async()} has the same calls without waiting.
 * Thread-safe.
 *
 * <p>Every call throws {@link AtollException} when it fails in the end, and an
 * IllegalArgumentException, before anything is sent, for a parameter that cannot be one.
 */
public final class Instance {
    private final AsyncInstance async;
    private final AsyncInstance awaited;

    Instance(Calls calls, InstanceKey key, ReadPoint readPoint) {
        this(new AsyncInstance(calls, key, readPoint));
    }

    private Instance(AsyncInstance async) {
        this.async = async;
        this.awaited = async.awaited();
    }

    /** Its name. */
    public InstanceKey key() {
        return async.key();
    }

    /** The same instance and settings, for calls that do not wait. */
    public AsyncInstance async() {
        return async;
    }

    /** The same instance with another deadline for each call, its repetitions included. */
    public Instance withDeadline(Duration deadline) {
        return new Instance(async.withDeadline(deadline));
    }

    /**
     * The same instance, whose reads are at least as new as a bookmark of an earlier reply, from
     * whichever program it came.
     */
    public Instance atLeast(String bookmark) {
        return new Instance(async.atLeast(bookmark));
    }

    /** The same instance, whose reads are at least as new as all that was written through it. */
    public Instance readYourWrites() {
        return new Instance(async.readYourWrites());
    }

    /** Reads with one statement; its {@code ?} are the values, in order. */
    public Rows query(String sql, @Nullable Object... parameters) {
        return query(Sql.of(sql, parameters));
    }

    /** Reads with one statement; its {@code :name} are the values, by name without the sign. */
    public Rows query(String sql, Map<String, ? extends @Nullable Object> parameters) {
        return query(Sql.of(sql, parameters));
    }

    /** Reads with one statement. */
    public Rows query(Sql sql) {
        return Calls.await(awaited.query(sql));
    }

    /** Reads with several statements that all see one and the same state. */
    public Snapshot read(Sql... statements) {
        return read(List.of(statements));
    }

    /** Reads with several statements that all see one and the same state. */
    public Snapshot read(List<Sql> statements) {
        return Calls.await(awaited.read(statements));
    }

    /**
     * Reads of any kind that all see one and the same state. The function gathers them and runs
     * once; then they are sent together.
     *
     * {@snippet :
     * var snapshot =
     *         alice.read(
     *                 reads -> {
     *                     reads.table("invoices").where("row.state == 'open'").count();
     *                     reads.table("invoices").orderBy("amount desc").page(10);
     *                 });
     * long open = snapshot.count(0);
     * Rows largest = snapshot.rows(1);
     * }
     */
    public Snapshot read(Consumer<Reads> operations) {
        return Calls.await(awaited.read(operations));
    }

    /** A table that the namespace declares. Costs nothing and asks nobody. */
    public Table table(String name) {
        return new Table(awaited.table(name));
    }

    /**
     * Reads with one statement, however many rows: they come as they are taken, and no faster.
     * Close it.
     *
     * <p>The deadline covers the whole stream. The instance waits for as long as the stream is
     * open, so that a reader that stalls for some seconds is cut off with CONSUMER_TOO_SLOW.
     */
    public RowStream queryStream(String sql, @Nullable Object... parameters) {
        return queryStream(Sql.of(sql, parameters));
    }

    /** As {@link #queryStream(String, Object...)}, with named parameters. */
    public RowStream queryStream(String sql, Map<String, ? extends @Nullable Object> parameters) {
        return queryStream(Sql.of(sql, parameters));
    }

    /** As {@link #queryStream(String, Object...)}. */
    public RowStream queryStream(Sql sql) {
        return RowStream.open(async, sql);
    }

    /**
     * The rows of one statement as a publisher; each subscription runs the statement anew. The
     * subscriber's demand reaches the server. As to time, see {@link #queryStream(String,
     * Object...)}.
     */
    public Flow.Publisher<Row> publish(String sql, @Nullable Object... parameters) {
        return publish(Sql.of(sql, parameters));
    }

    /** As {@link #publish(String, Object...)}. */
    public Flow.Publisher<Row> publish(Sql sql) {
        return new RowPublisher(async, sql);
    }

    /** Writes with one statement; creates the instance if it is not there. */
    public Mutation mutate(String sql, @Nullable Object... parameters) {
        return mutate(Sql.of(sql, parameters));
    }

    /** As {@link #mutate(String, Object...)}, with named parameters. */
    public Mutation mutate(String sql, Map<String, ? extends @Nullable Object> parameters) {
        return mutate(Sql.of(sql, parameters));
    }

    /** As {@link #mutate(String, Object...)}. */
    public Mutation mutate(Sql sql) {
        return Calls.await(awaited.mutate(sql));
    }

    /**
     * Writes with several operations in one transaction: all of them happen, or none. The function
     * gathers them and runs once; then they are sent together.
     *
     * {@snippet :
     * alice.mutate(
     *         tx -> {
     *             tx.execute("UPDATE account SET amount = amount - ? WHERE id = ?", 5, 1)
     *                     .expectChanges(1);
     *             tx.execute("UPDATE account SET amount = amount + ? WHERE id = ?", 5, 2)
     *                     .expectChanges(1);
     *         });
     * }
     *
     * <p>Statements and typed operations mix freely: {@code tx.table("notes").insert(note)}.
     */
    public Mutation mutate(Consumer<Transaction> operations) {
        return Calls.await(awaited.mutate(operations));
    }

    /**
     * Sets an alarm: operations that the node runs at least once after that time, in one
     * transaction with its removal and with a service's rights, whether the instance sleeps or not.
     * One that fails is tried again, ever more seldom. An alarm of the same name is replaced;
     * creates the instance if it is not there. Services only.
     *
     * {@snippet :
     * alice.setAlarm(
     *         "trial ends",
     *         Instant.now().plus(Duration.ofDays(30)),
     *         tx -> tx.execute("UPDATE account SET plan = 'free'"));
     * }
     *
     * <p>It is not repeated where its outcome is unknown, for it may have run meanwhile: look, or
     * set it in a {@code mutate} ({@link Transaction#setAlarm(String, Instant, Consumer)}).
     */
    public AlarmInfo setAlarm(String name, Instant time, Consumer<Transaction> operations) {
        return Calls.await(awaited.setAlarm(name, time, operations));
    }

    /** Sets an alarm that somebody who watches takes: {@link Atoll#watchAlarms}. Services only. */
    public AlarmInfo setAlarm(String name, Instant time) {
        return Calls.await(awaited.setAlarm(name, time));
    }

    /** Its alarms, by time. Services only. */
    public AlarmList alarms() {
        return new AlarmList(awaited);
    }

    /** Clears an alarm; false if there was none: it may just have run. Services only. */
    public boolean clearAlarm(String name) {
        return Calls.await(awaited.clearAlarm(name));
    }

    /** Creates it, empty; INSTANCE_EXISTS if it is there. A first {@code mutate} does so too. */
    public InstanceInfo create() {
        return Calls.await(awaited.create());
    }

    /** What is known of it; INSTANCE_NOT_FOUND if it is not there. */
    public InstanceInfo describe() {
        return Calls.await(awaited.describe());
    }

    /** Deletes it and its data for good; INSTANCE_NOT_FOUND if it is not there. */
    public void delete() {
        Calls.await(awaited.delete());
    }

    @Override
    public String toString() {
        return key().toString();
    }
}

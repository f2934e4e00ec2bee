package dev.atoll.client;

import dev.atoll.proto.v1.ClearAlarm;
import dev.atoll.proto.v1.SetAlarm;
import dev.atoll.proto.v1.WriteOperation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The operations of one mutation, gathered and then sent together: all of them happen, or none.
 * Nothing runs while they are gathered, so that one cannot use the result of another; {@code
 * RETURNING} and SQL's own functions ({@code last_insert_rowid()}) can. One thread at a time, and
 * only inside {@link Instance#mutate(java.util.function.Consumer)}.
 */
public final class Transaction {
    private static final String ALARM = "alarm";

    private final List<Step> steps = new ArrayList<>();
    private @Nullable UUID requestId;
    private boolean remembered = true;
    private boolean sent;

    Transaction() {}

    /** Adds a statement with positional parameters, as {@link Sql#of(String, Object...)}. */
    public Step execute(String sql, @Nullable Object... parameters) {
        return execute(Sql.of(sql, parameters));
    }

    /** Adds a statement with named parameters. */
    public Step execute(String sql, Map<String, ? extends @Nullable Object> parameters) {
        return execute(Sql.of(sql, parameters));
    }

    /** Adds a statement. */
    public Step execute(Sql sql) {
        return add(WriteOperation.newBuilder().setSql(Codec.statement(sql)));
    }

    /** A table, to add typed operations on it. */
    public TableSteps table(String name) {
        return new TableSteps(this, Selected.all(name));
    }

    /**
     * Sets an alarm: operations that the node runs at least once after that time, with a service's
     * rights; one of the same name is replaced. Services only.
     */
    public Step setAlarm(String name, Instant time, Consumer<Transaction> operations) {
        return add(WriteOperation.newBuilder().setSetAlarm(alarm(name, time, operations)));
    }

    /**
     * Sets an alarm that somebody who watches takes ({@link Atoll#watchAlarms}); one of the same
     * name is replaced. Services only.
     */
    public Step setAlarm(String name, Instant time) {
        return add(WriteOperation.newBuilder().setSetAlarm(alarm(name, time)));
    }

    /** Clears an alarm; changes nothing if there is none of that name. Services only. */
    public Step clearAlarm(String name) {
        return add(
                WriteOperation.newBuilder()
                        .setClearAlarm(
                                ClearAlarm.newBuilder().setName(Values.checkedText(name, ALARM))));
    }

    static SetAlarm.Builder alarm(String name, Instant time, Consumer<Transaction> operations) {
        var alarm = new Transaction();
        operations.accept(alarm);
        if (alarm.requestId != null) {
            throw new IllegalArgumentException(
                    "request id of an alarm: " + alarm.requestId + " (expected: none)");
        }
        return alarm(name, time).addAllOperations(alarm.send());
    }

    static SetAlarm.Builder alarm(String name, Instant time) {
        return SetAlarm.newBuilder()
                .setName(Values.checkedText(name, ALARM))
                .setTime(Codec.timestamp(time));
    }

    /** Adds an operation of any kind. */
    Step add(WriteOperation.Builder operation) {
        checkOpen();
        var step = new Step(operation);
        steps.add(step);
        return step;
    }

    /**
     * Gives the mutation a request id of your own, a UUID of version 7, made no longer than 15
     * minutes ago: sent again with the same id and the same operations, even by another process, it
     * happens once. Otherwise the client makes one, which covers its own repetitions.
     */
    public Transaction requestId(UUID id) {
        checkOpen();
        if (id.version() != 7) {
            throw new IllegalArgumentException(
                    "request id: " + id + " (expected: a UUID of version 7)");
        }
        this.requestId = id;
        this.remembered = true;
        return this;
    }

    /**
     * Sends the mutation without a request id: the server need not remember it, which saves it a
     * page to write, and the client does not repeat it once it may have happened.
     */
    public Transaction withoutRequestId() {
        checkOpen();
        this.requestId = null;
        this.remembered = false;
        return this;
    }

    /** The request id to send; empty text where there is none. */
    String requestId(Supplier<UUID> next) {
        if (!remembered) {
            return "";
        }
        return (requestId == null ? next.get() : requestId).toString();
    }

    /** The wire form of all steps; from now on there are no more. */
    List<WriteOperation> send() {
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("mutation: no operations (expected: at least one)");
        }
        sent = true;
        return steps.stream().map(Step::toProto).toList();
    }

    private void checkOpen() {
        if (sent) {
            throw new IllegalStateException("the mutation was sent; no more can be added to it");
        }
    }

    /** One operation of a mutation. One thread at a time. */
    public final class Step {
        private final WriteOperation.Builder operation;

        private Step(WriteOperation.Builder operation) {
            this.operation = operation;
        }

        /**
         * The operation must change exactly this many rows, or the whole mutation fails with
         * EXPECTATION_FAILED and nothing happens.
         */
        public Step expectChanges(long count) {
            checkOpen();
            if (count < 0) {
                throw new IllegalArgumentException(
                        "expected changes: " + count + " (expected: >= 0)");
            }
            operation.setExpectChanges(count);
            return this;
        }

        private WriteOperation toProto() {
            return operation.build();
        }
    }
}

package dev.atoll.system.history;

import dev.atoll.proto.v1.DescribeInstanceRequest;
import dev.atoll.proto.v1.ListInstancesRequest;
import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.MutateResponse;
import dev.atoll.proto.v1.PipelineRequest;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.QueryResponse;
import dev.atoll.proto.v1.QueryStreamResponse;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.system.harness.PipelinedCall;
import dev.atoll.system.harness.RequestIds;
import dev.atoll.system.harness.Sql;
import dev.atoll.system.harness.TestClient;
import dev.atoll.system.history.RegisterOperation.Read;
import dev.atoll.system.history.RegisterOperation.Swap;
import dev.atoll.system.history.RegisterOperation.Write;
import dev.atoll.wire.Reason;
import io.grpc.StatusRuntimeException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One client that reads and writes at random by every way there is, and notes what it sees. Of one
 * thread.
 */
final class HistoryClient implements Runnable {
    private static final int DEADLINE_SECONDS = 20;
    private static final int TRIES_MAX = 300;
    private static final int REMEMBERED_MAX = 20;
    private static final int PAD_BYTES_MAX = 3_000;
    private static final int TAIL = 20;

    private final String name;
    private final Random random;
    private final Setting setting;
    private final PipelinedCall pipeline;
    private final ArrayDeque<Sent> remembered = new ArrayDeque<>();
    private final Map<String, Long> lastSeen = new HashMap<>();
    private WatchedInstance instance;

    HistoryClient(String name, Random random, Setting setting) {
        this.name = name;
        this.random = random;
        this.setting = setting;
        this.pipeline = new PipelinedCall(setting.client());
        this.instance = setting.instances().getFirst();
    }

    /**
     * What all clients share.
     *
     * @param numbers gives each value that is written, so that none is written twice
     */
    record Setting(
            TestClient client, List<WatchedInstance> instances, Lives lives, AtomicLong numbers) {
        Setting {
            instances = List.copyOf(instances);
        }
    }

    private record Sent(WatchedInstance instance, MutateRequest request, MutateResponse reply) {}

    /** What a Mutate came to: whether it had a request id, when, and the answer. */
    private record Outcome(boolean once, Interval when, Answer<MutateResponse> answer) {}

    @Override
    public void run() {
        while (!setting.lives().isOver()) {
            instance = setting.instances().get(random.nextInt(setting.instances().size()));
            int life = setting.lives().number();
            if (!step()) {
                setting.lives().awaitAfter(life);
            }
        }
    }

    /** Does one thing; whether an answer came. */
    private boolean step() {
        return switch (random.nextInt(20)) {
            case 0, 1, 2, 3 -> readSome();
            case 4 -> readAll();
            case 5, 6 -> readStreamed();
            case 7 -> describe();
            case 8 -> list();
            case 9, 10, 11 -> write();
            case 12, 13 -> swap();
            case 14 -> readInMutate();
            case 15, 16 -> append();
            case 17 -> switchOn();
            case 18 -> switchOff();
            default -> sendAgain();
        };
    }

    private boolean readSome() {
        long start = System.nanoTime();
        var answer = query(WatchedInstance.readRegisters());
        if (answer instanceof Answer.Done(var reply)) {
            var when = Interval.since(start);
            long commit = instance.noteCommit(name, when, reply.getBookmark(), false);
            instance.noteRegisters(name, when, commit, reply.getResults(0));
            remember(reply);
        }
        return isDone(answer);
    }

    private boolean readAll() {
        int from = Math.max(0, (int) seen("list") - TAIL);
        long start = System.nanoTime();
        var answer =
                query(
                        WatchedInstance.readRegisters(),
                        WatchedInstance.readSwitches(),
                        WatchedInstance.readList(from));
        if (answer instanceof Answer.Done(var reply)) {
            var when = Interval.since(start);
            long commit = instance.noteCommit(name, when, reply.getBookmark(), false);
            instance.noteRegisters(name, when, commit, reply.getResults(0));
            instance.noteSwitches(name, when, commit, reply.getResults(1));
            int length = instance.noteList(name, when, commit, from, reply.getResults(2));
            saw("list", length);
        }
        return isDone(answer);
    }

    /** A row is seen when it comes, even if the stream then breaks off. */
    private boolean readStreamed() {
        long start = System.nanoTime();
        var request =
                QueryRequest.newBuilder()
                        .setInstance(instance.key())
                        .addOperations(WatchedInstance.readRegistersWithPads())
                        .build();
        try {
            var parts =
                    setting.client()
                            .database()
                            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                            .queryStream(request);
            while (parts.hasNext()) {
                QueryStreamResponse part = parts.next();
                var when = Interval.since(start);
                for (var row : part.getRows().getRowsList()) {
                    instance.noteRegister(name, when, Sql.row(row));
                }
                if (part.hasEnd()) {
                    instance.noteCommit(name, when, part.getEnd().getBookmark(), false);
                }
            }
            return true;
        } catch (StatusRuntimeException e) {
            return isDone(Answer.of(e));
        }
    }

    private boolean describe() {
        long start = System.nanoTime();
        try {
            var shown =
                    setting.client()
                            .instances()
                            .describeInstance(
                                    DescribeInstanceRequest.newBuilder()
                                            .setInstance(instance.key())
                                            .build());
            instance.noteCommit(
                    name + " by describe", Interval.since(start), shown.getBookmark(), false);
            return true;
        } catch (StatusRuntimeException e) {
            return isDone(Answer.of(e));
        }
    }

    private boolean list() {
        long start = System.nanoTime();
        try {
            var page =
                    setting.client()
                            .instances()
                            .listInstances(
                                    ListInstancesRequest.newBuilder()
                                            .setNamespace(instance.key().getNamespace())
                                            .setPageSize(1_000)
                                            .build());
            var when = Interval.since(start);
            for (var watched : setting.instances()) {
                var shown =
                        page.getInstancesList().stream()
                                .filter(one -> one.getKey().equals(watched.key()))
                                .findFirst();
                if (shown.isPresent()) {
                    watched.noteCommit(name + " by list", when, shown.get().getBookmark(), false);
                } else if (page.getUnavailableShardsCount() == 0) {
                    watched.history().add("not in the list, which says that it is complete");
                }
            }
            return true;
        } catch (StatusRuntimeException e) {
            return isDone(Answer.of(e));
        }
    }

    private boolean write() {
        int number = 1 + random.nextInt(WatchedInstance.REGISTERS);
        var register = WatchedInstance.register(number);
        var action = new Write(setting.numbers().incrementAndGet());
        int pad = random.nextInt(PAD_BYTES_MAX);
        var outcome = mutate(WatchedInstance.write(number, action.value(), pad));
        switch (outcome.answer()) {
            case Answer.Done(var reply) -> {
                instance.note(register, name, outcome.when(), action);
                instance.history().addState(commit(outcome, reply), register, action.value());
                saw(register, action.value());
            }
            case Answer.Unknown<MutateResponse> _ ->
                    instance.noteUnknown(register, name, outcome.when().start(), action);
            case Answer.Refused<MutateResponse> refused -> noteRefused(refused);
            case Answer.NotExecuted<MutateResponse> _ -> {}
        }
        return isAnswered(outcome.answer());
    }

    private boolean swap() {
        int number = 1 + random.nextInt(WatchedInstance.REGISTERS);
        var register = WatchedInstance.register(number);
        long expected = seen(register);
        long next = setting.numbers().incrementAndGet();
        var operation = WatchedInstance.swap(number, expected, next);
        // Once in a while the answer comes as an error.
        var outcome = mutate(random.nextBoolean() ? operation : Sql.expecting(1, operation));
        switch (outcome.answer()) {
            case Answer.Done(var reply) -> {
                boolean done = reply.getResults(0).getChanges() == 1;
                long commit = commit(outcome, reply);
                instance.note(register, name, outcome.when(), new Swap(expected, next, done));
                if (done) {
                    instance.history().addState(commit, register, next);
                    saw(register, next);
                }
            }
            case Answer.Refused<MutateResponse>(var reason, var _)
                    when reason == Reason.EXPECTATION_FAILED ->
                    instance.note(register, name, outcome.when(), new Swap(expected, next, false));
            case Answer.Unknown<MutateResponse> _ ->
                    instance.noteUnknown(
                            register, name, outcome.when().start(), new Swap(expected, next, true));
            case Answer.Refused<MutateResponse> refused -> noteRefused(refused);
            case Answer.NotExecuted<MutateResponse> _ -> {}
        }
        return isAnswered(outcome.answer());
    }

    private boolean readInMutate() {
        int number = 1 + random.nextInt(WatchedInstance.REGISTERS);
        var outcome = mutate(Sql.write("SELECT k, v FROM r WHERE k = ?", number));
        switch (outcome.answer()) {
            case Answer.Done(var reply) -> {
                long commit = commit(outcome, reply);
                instance.noteRegisters(name, outcome.when(), commit, reply.getResults(0));
            }
            case Answer.Refused<MutateResponse> refused -> noteRefused(refused);
            case Answer.Unknown<MutateResponse> _, Answer.NotExecuted<MutateResponse> _ -> {}
        }
        return isAnswered(outcome.answer());
    }

    private boolean append() {
        long item = setting.numbers().incrementAndGet();
        var outcome = mutate(WatchedInstance.append(item, random.nextInt(PAD_BYTES_MAX / 10)));
        switch (outcome.answer()) {
            case Answer.Done(var reply) -> {
                int length = (int) reply.getResults(0).getLastInsertRowid();
                instance.history().addState(commit(outcome, reply), "list", length);
                instance.history().add(new ListOperation.Append(name, outcome.when(), item, true));
                // The reply says how long the list is.
                instance.history().add(ListOperation.last(name, outcome.when(), length, item));
                saw("list", length);
            }
            case Answer.Unknown<MutateResponse> _ ->
                    instance.history()
                            .add(
                                    new ListOperation.Append(
                                            name,
                                            Interval.openSince(outcome.when().start()),
                                            item,
                                            false));
            case Answer.Refused<MutateResponse> refused -> noteRefused(refused);
            case Answer.NotExecuted<MutateResponse> _ -> {}
        }
        return isAnswered(outcome.answer());
    }

    private boolean switchOn() {
        int number = 1 + random.nextInt(WatchedInstance.SWITCHES);
        return turn(number, WatchedInstance.switchOn(number), 0, 1);
    }

    private boolean switchOff() {
        int number = 1 + random.nextInt(WatchedInstance.SWITCHES);
        return turn(number, WatchedInstance.switchOff(number), 1, 0);
    }

    /** That a row is there already is said by an error, that none is there by a count. */
    private boolean turn(int number, WriteOperation operation, int from, int to) {
        var register = WatchedInstance.switchName(number);
        var outcome = mutate(operation);
        switch (outcome.answer()) {
            case Answer.Done(var reply) -> {
                boolean done = reply.getResults(0).getChanges() == 1;
                commit(outcome, reply);
                instance.note(register, name, outcome.when(), new Swap(from, to, done));
            }
            case Answer.Refused<MutateResponse>(var reason, var _)
                    when reason == Reason.UNIQUE_VIOLATION && to == 1 ->
                    instance.note(register, name, outcome.when(), new Read(1));
            case Answer.Unknown<MutateResponse> _ ->
                    instance.noteUnknown(
                            register, name, outcome.when().start(), new Swap(from, to, true));
            case Answer.Refused<MutateResponse> refused -> noteRefused(refused);
            case Answer.NotExecuted<MutateResponse> _ -> {}
        }
        return isAnswered(outcome.answer());
    }

    /** The same request id once more, perhaps after a crash: the same reply, and no second time. */
    private boolean sendAgain() {
        if (remembered.isEmpty()) {
            return true;
        }
        var sent = remembered.stream().skip(random.nextInt(remembered.size())).findFirst();
        var before = sent.orElseThrow();
        var answer = send(before.request());
        if (answer instanceof Answer.Done(var reply)) {
            var expected = before.reply().toBuilder().setReplayed(true).clearStats().build();
            if (!reply.toBuilder().clearStats().build().equals(expected)) {
                before.instance()
                        .history()
                        .add("sent again: " + reply + " (expected: " + expected + ")");
            }
        }
        return isDone(answer);
    }

    /** With a request id it is sent until an answer comes; without one, once. */
    private Outcome mutate(WriteOperation operation) {
        var request =
                MutateRequest.newBuilder().setInstance(instance.key()).addOperations(operation);
        long start = System.nanoTime();
        if (random.nextBoolean()) {
            var answer = send(request.build());
            if (answer instanceof Answer.Unknown) {
                instance.history().addUnknown();
            }
            return new Outcome(false, Interval.since(start), answer);
        }
        var once = request.setRequestId(RequestIds.now()).build();
        for (int i = 0; i < TRIES_MAX; i++) {
            int life = setting.lives().number();
            var answer = send(once);
            if (answer instanceof Answer.Done(var reply)) {
                remembered.add(new Sent(instance, once, reply));
                if (remembered.size() > REMEMBERED_MAX) {
                    remembered.remove();
                }
            }
            if (isAnswered(answer)) {
                return new Outcome(true, Interval.since(start), answer);
            }
            setting.lives().awaitAfter(life);
        }
        throw new AssertionError("no answer after " + TRIES_MAX + " tries: " + once);
    }

    private Answer<MutateResponse> send(MutateRequest request) {
        try {
            if (random.nextBoolean()) {
                var reply = pipeline.reply(PipelineRequest.newBuilder().setMutate(request));
                return reply.hasError()
                        ? Answer.of(reply.getError())
                        : new Answer.Done<>(reply.getMutate());
            }
            return new Answer.Done<>(
                    setting.client()
                            .database()
                            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                            .mutate(request));
        } catch (StatusRuntimeException e) {
            return Answer.of(e);
        }
    }

    private Answer<QueryResponse> query(dev.atoll.proto.v1.ReadOperation... operations) {
        var request = instance.through(setting.client()).queryRequest(operations);
        try {
            if (random.nextBoolean()) {
                var reply = pipeline.reply(PipelineRequest.newBuilder().setQuery(request));
                return reply.hasError()
                        ? Answer.of(reply.getError())
                        : new Answer.Done<>(reply.getQuery());
            }
            return new Answer.Done<>(
                    setting.client()
                            .database()
                            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                            .query(request));
        } catch (StatusRuntimeException e) {
            return Answer.of(e);
        }
    }

    /** The commit that a Mutate names: its own, unless it changed nothing. */
    private long commit(Outcome outcome, MutateResponse reply) {
        // One that is remembered changes something in any case.
        boolean made =
                outcome.once()
                        || reply.getResultsList().stream().anyMatch(one -> one.getChanges() > 0);
        return instance.noteCommit(name, outcome.when(), reply.getBookmark(), made);
    }

    private static <T> boolean isAnswered(Answer<T> answer) {
        return answer instanceof Answer.Done || answer instanceof Answer.Refused;
    }

    /** As above, of a call that nothing but a crash may refuse. */
    private <T> boolean isDone(Answer<T> answer) {
        if (answer instanceof Answer.Refused<T> refused) {
            noteRefused(refused);
        }
        return isAnswered(answer);
    }

    private void noteRefused(Answer.Refused<?> refused) {
        instance.history().add("refused: " + refused.reason() + ": " + refused.message());
    }

    private void remember(QueryResponse reply) {
        for (var row : Sql.rows(reply.getResults(0))) {
            saw(WatchedInstance.register(((Long) row.get(0)).intValue()), (Long) row.get(1));
        }
    }

    private void saw(String what, long value) {
        lastSeen.put(instance.key() + what, value);
    }

    private long seen(String what) {
        @Nullable Long value = lastSeen.get(instance.key() + what);
        return value == null ? 0 : value;
    }
}

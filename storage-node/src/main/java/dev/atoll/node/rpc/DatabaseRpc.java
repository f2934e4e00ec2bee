package dev.atoll.node.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.atoll.node.instance.Call;
import dev.atoll.node.instance.Instances;
import dev.atoll.node.instance.Turn;
import dev.atoll.node.sqlite.ReadTransaction;
import dev.atoll.node.sqlite.Remembered;
import dev.atoll.node.sqlite.SqlResult;
import dev.atoll.node.sqlite.WriteTransaction;
import dev.atoll.proto.v1.CallStats;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.MutateResponse;
import dev.atoll.proto.v1.PipelineRequest;
import dev.atoll.proto.v1.PipelineResponse;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.QueryResponse;
import dev.atoll.proto.v1.QueryStreamResponse;
import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.proto.v1.SqlStatement;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** {@code DatabaseService} of a node. Thread-safe. */
final class DatabaseRpc extends DatabaseServiceGrpc.DatabaseServiceImplBase {
    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private final Instances instances;
    private final RpcLimits limits;

    DatabaseRpc(Instances instances, RpcLimits limits) {
        this.instances = instances;
        this.limits = limits;
    }

    @Override
    public void query(QueryRequest request, StreamObserver<QueryResponse> observer) {
        Replies.answer(observer, () -> submitQuery(request), Function.identity());
    }

    @Override
    public void queryStream(QueryRequest request, StreamObserver<QueryStreamResponse> observer) {
        var server = (ServerCallStreamObserver<QueryStreamResponse>) observer;
        var rows = new RowStream(server, limits.streamStallMax());
        Call<CallStats> call;
        try {
            call = submitStream(request, rows);
        } catch (RuntimeException e) {
            observer.onError(Replies.exception(e));
            return;
        }
        rows.serve(call);
    }

    @Override
    public void mutate(MutateRequest request, StreamObserver<MutateResponse> observer) {
        Replies.answer(observer, () -> submitMutate(request), Function.identity());
    }

    @Override
    public StreamObserver<PipelineRequest> pipeline(StreamObserver<PipelineResponse> observer) {
        observer.onError(Replies.unimplemented("Pipeline"));
        return new IgnoredRequests<>();
    }

    private Call<QueryResponse> submitQuery(QueryRequest request) {
        var context = CallContext.current();
        var key = context.check(request.getInstance());
        var statements = readStatements(context.caller(), request);
        return instances.read(
                key,
                CallContext.deadlineNanos(limits.deadlineDefault()),
                (tx, turn) -> {
                    long start = System.nanoTime();
                    checkBookmark(request.getMinBookmark(), turn, tx);
                    var response = QueryResponse.newBuilder();
                    var results = run(statements, tx::query);
                    results.forEach(result -> response.addResults(Messages.result(result)));
                    return response.setBookmark(
                                    new Bookmark(turn.incarnation(), tx.commit()).toString())
                            .setStats(stats(results, tx, turn, start))
                            .build();
                });
    }

    private Call<CallStats> submitStream(QueryRequest request, RowStream rows) {
        var context = CallContext.current();
        var key = context.check(request.getInstance());
        var statements = readStatements(context.caller(), request);
        if (statements.size() != 1) {
            throw Failure.of(
                    Reason.VALIDATION_FAILED,
                    "operations: " + statements.size() + " (expected: exactly one to stream)");
        }
        return instances.read(
                key,
                CallContext.deadlineNanos(limits.deadlineDefault()),
                (tx, turn) -> {
                    long start = System.nanoTime();
                    checkBookmark(request.getMinBookmark(), turn, tx);
                    inOperation(
                            0,
                            () -> {
                                tx.stream(Messages.sqlCall(statements.getFirst()), rows);
                                return true;
                            });
                    rows.bookmark(new Bookmark(turn.incarnation(), tx.commit()));
                    return stats(List.of(), tx, turn, start).setRowsReturned(rows.count()).build();
                });
    }

    private Call<MutateResponse> submitMutate(MutateRequest request) {
        var context = CallContext.current();
        var key = context.check(request.getInstance());
        var operations = writeStatements(context.caller(), request);
        var requestId = request.getRequestId().isEmpty() ? null : requestId(request);
        var digest = requestId == null ? ByteString.EMPTY : digest(request);
        var principal = context.caller().principal();
        return instances.write(
                key,
                CallContext.deadlineNanos(limits.deadlineDefault()),
                (tx, turn) -> {
                    if (requestId == null) {
                        return mutate(operations, tx, turn);
                    }
                    var found = tx.findRequest(principal, requestId);
                    if (found.isPresent()) {
                        return replay(found.get(), digest);
                    }
                    var response = mutate(operations, tx, turn).toBuilder();
                    // Remembering is a change: this commit's number is used in any case.
                    response.setBookmark(
                            new Bookmark(turn.incarnation(), tx.nextCommit()).toString());
                    var built = response.build();
                    tx.remember(principal, requestId, new Remembered(digest, built.toByteString()));
                    return built;
                });
    }

    private static MutateResponse mutate(
            List<WriteOperation> operations, WriteTransaction tx, Turn turn) {
        long start = System.nanoTime();
        var results = new ArrayList<SqlResult>(operations.size());
        for (int i = 0; i < operations.size(); i++) {
            var operation = operations.get(i);
            results.add(inOperation(i, () -> execute(operation, tx)));
        }
        long commit = tx.changed() ? tx.nextCommit() : tx.commit();
        var response =
                MutateResponse.newBuilder()
                        .setBookmark(new Bookmark(turn.incarnation(), commit).toString())
                        .setStats(stats(results, tx, turn, start));
        results.forEach(result -> response.addResults(Messages.result(result)));
        return response.build();
    }

    private static SqlResult execute(WriteOperation operation, WriteTransaction tx) {
        var result = tx.execute(Messages.sqlCall(operation.getSql()));
        if (operation.hasExpectChanges() && result.changes() != operation.getExpectChanges()) {
            throw Failure.of(
                            Reason.EXPECTATION_FAILED,
                            "changes: "
                                    + result.changes()
                                    + " (expected: "
                                    + operation.getExpectChanges()
                                    + ")")
                    .with("changes", Long.toString(result.changes()))
                    .with("expected", Long.toString(operation.getExpectChanges()));
        }
        return result;
    }

    private static MutateResponse replay(Remembered remembered, ByteString digest) {
        if (!remembered.digest().equals(digest)) {
            throw Failure.of(
                    Reason.REQUEST_ID_REUSED,
                    "request_id: was used with other operations (expected: a new id for each"
                            + " Mutate)");
        }
        try {
            return MutateResponse.parseFrom(remembered.reply()).toBuilder()
                    .setReplayed(true)
                    .build();
        } catch (InvalidProtocolBufferException e) {
            throw Failure.of(Reason.CORRUPTION, "the remembered reply cannot be read", e);
        }
    }

    private interface Statement {
        SqlResult run(dev.atoll.node.sqlite.SqlCall call);
    }

    private static List<SqlResult> run(List<SqlStatement> statements, Statement runner) {
        var results = new ArrayList<SqlResult>(statements.size());
        for (int i = 0; i < statements.size(); i++) {
            var statement = statements.get(i);
            results.add(inOperation(i, () -> runner.run(Messages.sqlCall(statement))));
        }
        return results;
    }

    private static <T> T inOperation(int index, Supplier<T> operation) {
        try {
            return operation.get();
        } catch (Failure e) {
            throw e.inOperation(index);
        }
    }

    private static CallStats.Builder stats(
            List<SqlResult> results, ReadTransaction tx, Turn turn, long startNanos) {
        return CallStats.newBuilder()
                .setRowsReturned(results.stream().mapToLong(result -> result.rows().size()).sum())
                .setRowsChanged(results.stream().mapToLong(SqlResult::changes).sum())
                .setVmSteps(tx.vmSteps())
                .setDuration(Messages.duration(Duration.ofNanos(System.nanoTime() - startNanos)))
                .setQueueTime(Messages.duration(turn.queueTime()))
                .setDatabaseSizeBytes(tx.sizeBytes());
    }

    private List<SqlStatement> readStatements(Caller caller, QueryRequest request) {
        checkCount(request.getOperationsCount());
        var statements = new ArrayList<SqlStatement>(request.getOperationsCount());
        for (int i = 0; i < request.getOperationsCount(); i++) {
            var operation = request.getOperations(i);
            checkKind(
                    operation.getOperationCase() == ReadOperation.OperationCase.OPERATION_NOT_SET,
                    operation.hasSql(),
                    i);
            checkService(caller, i);
            statements.add(operation.getSql());
        }
        return statements;
    }

    private List<WriteOperation> writeStatements(Caller caller, MutateRequest request) {
        checkCount(request.getOperationsCount());
        for (int i = 0; i < request.getOperationsCount(); i++) {
            var operation = request.getOperations(i);
            checkKind(
                    operation.getOperationCase() == WriteOperation.OperationCase.OPERATION_NOT_SET,
                    operation.hasSql(),
                    i);
            checkService(caller, i);
        }
        return request.getOperationsList();
    }

    private void checkCount(int count) {
        if (count == 0) {
            throw Failure.of(Reason.VALIDATION_FAILED, "operations: 0 (expected: at least 1)");
        }
        if (count > limits.operationsMax()) {
            throw Failure.limitExceeded("operations-max", limits.operationsMax(), count);
        }
    }

    private static void checkKind(boolean unset, boolean sql, int index) {
        if (unset) {
            throw Failure.of(
                            Reason.VALIDATION_FAILED,
                            "operation " + index + ": empty (expected: one of its kinds)")
                    .inOperation(index);
        }
        if (!sql) {
            throw Replies.unimplemented("operation " + index + ": typed table operations");
        }
    }

    private static void checkService(Caller caller, int index) {
        if (caller.kind() != Caller.Kind.SERVICE) {
            throw Failure.of(
                            Reason.RULE_DENIED,
                            "SQL is for services; users call typed operations under declared rules")
                    .inOperation(index);
        }
    }

    private static void checkBookmark(String text, Turn turn, ReadTransaction tx) {
        if (!text.isEmpty()) {
            var least = Bookmark.parse(text);
            if (least.incarnation() != turn.incarnation() || least.commit() > tx.commit()) {
                throw Failure.of(
                        Reason.BOOKMARK_INVALID,
                        "min_bookmark: not of this instance's past (expected: the bookmark of an"
                                + " earlier reply of the same instance, which was not created anew"
                                + " since)");
            }
        }
    }

    private static UUID requestId(MutateRequest request) {
        var text = request.getRequestId();
        if (!UUID_TEXT.matcher(text).matches()) {
            throw Failure.of(
                    Reason.VALIDATION_FAILED,
                    "request_id: '"
                            + text.substring(0, Math.min(64, text.length()))
                            + "' (expected: a UUIDv7 in text form)");
        }
        return UUID.fromString(text);
    }

    private static ByteString digest(MutateRequest request) {
        var operations = request.toBuilder().clearRequestId().clearInstance().build();
        var bytes = new byte[operations.getSerializedSize()];
        var output = CodedOutputStream.newInstance(bytes);
        // Maps have no order of their own, and two equal requests must have one digest.
        output.useDeterministicSerialization();
        try {
            operations.writeTo(output);
            return ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}

package dev.atoll.node.rpc;

import dev.atoll.node.instance.Call;
import dev.atoll.node.instance.Instances;
import dev.atoll.node.instance.ReadWork;
import dev.atoll.node.instance.Terms;
import dev.atoll.node.instance.Turn;
import dev.atoll.node.sqlite.ReadTransaction;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.QueryResponse;
import dev.atoll.proto.v1.QueryStreamEnd;
import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.util.List;

/** Turns queries into tasks of their instance's lane. Thread-safe. */
final class Queries {
    private final Instances instances;
    private final Operations operations;
    private final CallAccess.Factory access;

    Queries(Instances instances, Operations operations, CallAccess.Factory access) {
        this.instances = instances;
        this.operations = operations;
        this.access = access;
    }

    /** Answers all operations from one snapshot. */
    Call<QueryResponse> submit(CallContext context, QueryRequest request, Terms terms) {
        var key = context.check(request.getInstance());
        operations.check(context.caller(), request);
        return instances.read(
                key,
                terms,
                new Work<>(context.caller(), key) {
                    @Override
                    QueryResponse answer(ReadTransaction tx, Turn turn, OperationRunner runner) {
                        long start = System.nanoTime();
                        checkBookmark(request.getMinBookmark(), turn, tx);
                        var response = QueryResponse.newBuilder();
                        for (int i = 0; i < request.getOperationsCount(); i++) {
                            var operation = request.getOperations(i);
                            response.addResults(
                                    Operations.inOperation(i, () -> runner.read(operation, tx)));
                        }
                        if (!runner.caller().ruled()) {
                            response.setStats(
                                    Messages.stats(response.getResultsList(), tx, turn, start));
                        }
                        return response.setBookmark(
                                        new Bookmark(turn.incarnation(), tx.commit()).toString())
                                .build();
                    }
                });
    }

    /** Streams the rows of the one operation, while the lane waits for the client. */
    Call<QueryStreamEnd.Builder> stream(
            CallContext context, QueryRequest request, Terms terms, RowStream rows) {
        var key = context.check(request.getInstance());
        operations.check(context.caller(), request);
        if (request.getOperationsCount() != 1) {
            throw Failure.of(
                    Reason.VALIDATION_FAILED,
                    "operations: "
                            + request.getOperationsCount()
                            + " (expected: exactly one to stream)");
        }
        var operation = request.getOperations(0);
        return instances.read(
                key,
                terms,
                new Work<>(context.caller(), key) {
                    @Override
                    QueryStreamEnd.Builder answer(
                            ReadTransaction tx, Turn turn, OperationRunner runner) {
                        long start = System.nanoTime();
                        checkBookmark(request.getMinBookmark(), turn, tx);
                        // Rows leave while it runs.
                        turn.durability().run();
                        tx.beginOperation();
                        var end =
                                Operations.inOperation(
                                        0, () -> stream(operation, tx, runner, rows));
                        rows.flush();
                        if (!runner.caller().ruled()) {
                            end.setStats(
                                    Messages.stats(List.of(), tx, turn, start)
                                            .setRowsReturned(rows.count()));
                        }
                        return end.setBookmark(
                                new Bookmark(turn.incarnation(), tx.commit()).toString());
                    }
                });
    }

    private static QueryStreamEnd.Builder stream(
            ReadOperation operation, ReadTransaction tx, OperationRunner runner, RowStream rows) {
        if (operation.hasSql()) {
            tx.stream(Messages.sqlCall(operation.getSql()), rows);
            return QueryStreamEnd.newBuilder();
        }
        // A page is in memory before any of it leaves.
        var result = runner.read(operation, tx);
        rows.page(result);
        return QueryStreamEnd.newBuilder()
                .setCount(result.getCount())
                .setNextPageToken(result.getNextPageToken());
    }

    /** One call's work: access first, at the moment of its turn. */
    private abstract class Work<T> implements ReadWork<T> {
        private final CallAccess mine;

        Work(Caller caller, InstanceKey key) {
            this.mine = access.of(caller, key);
        }

        abstract T answer(ReadTransaction tx, Turn turn, OperationRunner runner);

        @Override
        public void enter(ReadTransaction tx, Turn turn) {
            mine.enter(tx, turn);
        }

        @Override
        public T run(ReadTransaction tx, Turn turn) {
            return answer(tx, turn, new OperationRunner(turn, mine.caller()));
        }

        @Override
        public Failure told(Failure why) {
            return mine.toldOfRead(why);
        }
    }

    private static void checkBookmark(String text, Turn turn, ReadTransaction tx) {
        if (!text.isEmpty()) {
            var least = Bookmark.parse(text);
            if (least.incarnation() != turn.incarnation()
                    || Long.compareUnsigned(least.commit(), tx.commit()) > 0) {
                throw Failure.of(
                        Reason.BOOKMARK_INVALID,
                        "min_bookmark: not of this instance's past (expected: the bookmark of an"
                                + " earlier reply of the same instance, which was not created anew"
                                + " since)");
            }
        }
    }
}

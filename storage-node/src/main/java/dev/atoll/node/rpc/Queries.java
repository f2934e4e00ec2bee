package dev.atoll.node.rpc;

import dev.atoll.node.instance.Call;
import dev.atoll.node.instance.Instances;
import dev.atoll.node.instance.Terms;
import dev.atoll.node.instance.Turn;
import dev.atoll.node.sqlite.ReadTransaction;
import dev.atoll.node.sqlite.SqlCall;
import dev.atoll.node.sqlite.SqlResult;
import dev.atoll.proto.v1.CallStats;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.QueryResponse;
import dev.atoll.proto.v1.SqlStatement;
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.util.ArrayList;
import java.util.List;

/** Turns queries into tasks of their instance's lane. Thread-safe. */
final class Queries {
    private final Instances instances;
    private final Operations operations;

    Queries(Instances instances, Operations operations) {
        this.instances = instances;
        this.operations = operations;
    }

    /** Answers all operations from one snapshot. */
    Call<QueryResponse> submit(CallContext context, QueryRequest request, Terms terms) {
        var key = context.check(request.getInstance());
        var statements = operations.read(context.caller(), request);
        return instances.read(
                key,
                terms,
                (tx, turn) -> {
                    long start = System.nanoTime();
                    checkBookmark(request.getMinBookmark(), turn, tx);
                    var response = QueryResponse.newBuilder();
                    var results = run(statements, tx::query);
                    results.forEach(result -> response.addResults(Messages.result(result)));
                    return response.setBookmark(
                                    new Bookmark(turn.incarnation(), tx.commit()).toString())
                            .setStats(Messages.stats(results, tx, turn, start))
                            .build();
                });
    }

    /** Streams the rows of the one operation, while the lane waits for the client. */
    Call<CallStats> stream(CallContext context, QueryRequest request, Terms terms, RowStream rows) {
        var key = context.check(request.getInstance());
        var statements = operations.read(context.caller(), request);
        if (statements.size() != 1) {
            throw Failure.of(
                    Reason.VALIDATION_FAILED,
                    "operations: " + statements.size() + " (expected: exactly one to stream)");
        }
        return instances.read(
                key,
                terms,
                (tx, turn) -> {
                    long start = System.nanoTime();
                    checkBookmark(request.getMinBookmark(), turn, tx);
                    // Rows leave while it runs.
                    turn.durability().run();
                    Operations.inOperation(
                            0,
                            () -> {
                                tx.stream(Messages.sqlCall(statements.getFirst()), rows);
                                return true;
                            });
                    rows.bookmark(new Bookmark(turn.incarnation(), tx.commit()));
                    return Messages.stats(List.of(), tx, turn, start)
                            .setRowsReturned(rows.count())
                            .build();
                });
    }

    private interface Statement {
        SqlResult run(SqlCall call);
    }

    private static List<SqlResult> run(List<SqlStatement> statements, Statement runner) {
        var results = new ArrayList<SqlResult>(statements.size());
        for (int i = 0; i < statements.size(); i++) {
            var statement = statements.get(i);
            results.add(Operations.inOperation(i, () -> runner.run(Messages.sqlCall(statement))));
        }
        return results;
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

package dev.atoll.node.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.atoll.node.instance.Call;
import dev.atoll.node.instance.Instances;
import dev.atoll.node.instance.Terms;
import dev.atoll.node.instance.Turn;
import dev.atoll.node.sqlite.Remembered;
import dev.atoll.node.sqlite.SqlResult;
import dev.atoll.node.sqlite.WriteTransaction;
import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.MutateResponse;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/** Turns mutations into tasks of their instance's lane. Thread-safe. */
final class Mutations {
    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private final Instances instances;
    private final Operations operations;

    Mutations(Instances instances, Operations operations) {
        this.instances = instances;
        this.operations = operations;
    }

    /** Runs all operations in one transaction; once for each request_id. */
    Call<MutateResponse> submit(CallContext context, MutateRequest request, Terms terms) {
        var key = context.check(request.getInstance());
        var writes = operations.write(context.caller(), request);
        var requestId = request.getRequestId().isEmpty() ? null : requestId(request);
        var digest = requestId == null ? ByteString.EMPTY : digest(request);
        var principal = context.caller().principal();
        if (requestId == null) {
            return instances.write(key, terms, new Plain(writes));
        }
        return instances.write(
                key,
                terms,
                (tx, turn) -> {
                    var found = tx.findRequest(principal, requestId);
                    if (found.isPresent()) {
                        return replay(found.get(), digest);
                    }
                    // Remembering is a change: this commit's number is used in any case.
                    var built = mutate(writes, tx, turn, tx.nextCommit());
                    tx.remember(principal, requestId, new Remembered(digest, built.toByteString()));
                    return built;
                });
    }

    /** A mutation that is not remembered. One thread at a time. */
    private static final class Plain implements Instances.WriteWork<MutateResponse> {
        private final List<WriteOperation> writes;
        private long incarnation;
        private long said;

        Plain(List<WriteOperation> writes) {
            this.writes = writes;
        }

        @Override
        public MutateResponse run(WriteTransaction tx, Turn turn) {
            incarnation = turn.incarnation();
            said = tx.nextCommit();
            return mutate(writes, tx, turn, said);
        }

        /** Only now it is known whether a page changed: UPDATE t SET a = a counts rows, no more. */
        @Override
        public MutateResponse done(MutateResponse response, long commit) {
            return commit == said
                    ? response
                    : response.toBuilder()
                            .setBookmark(new Bookmark(incarnation, commit).toString())
                            .build();
        }
    }

    private static MutateResponse mutate(
            List<WriteOperation> writes, WriteTransaction tx, Turn turn, long commit) {
        long start = System.nanoTime();
        var results = new ArrayList<SqlResult>(writes.size());
        for (int i = 0; i < writes.size(); i++) {
            var operation = writes.get(i);
            results.add(Operations.inOperation(i, () -> execute(operation, tx)));
        }
        var response =
                MutateResponse.newBuilder()
                        .setBookmark(new Bookmark(turn.incarnation(), commit).toString())
                        .setStats(Messages.stats(results, tx, turn, start));
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

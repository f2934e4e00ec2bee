package dev.atoll.node.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.atoll.node.declared.BlockInForce;
import dev.atoll.node.instance.Call;
import dev.atoll.node.instance.Instances;
import dev.atoll.node.instance.Terms;
import dev.atoll.node.instance.Turn;
import dev.atoll.node.instance.WriteWork;
import dev.atoll.node.sqlite.Remembered;
import dev.atoll.node.sqlite.WriteTransaction;
import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.MutateResponse;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns mutations into tasks of their instance's lane. Thread-safe. */
final class Mutations {
    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private final Instances instances;
    private final Operations operations;
    private final CallAccess.Factory access;

    Mutations(Instances instances, Operations operations, CallAccess.Factory access) {
        this.instances = instances;
        this.operations = operations;
        this.access = access;
    }

    /** Runs all operations in one transaction; once for each request_id. */
    Call<MutateResponse> submit(CallContext context, MutateRequest request, Terms terms) {
        var key = context.check(request.getInstance());
        operations.check(context.caller(), request);
        return instances.write(key, terms, new Work(context.caller(), key, request));
    }

    /** One mutation. Used on the instance's lane alone, once it was handed over. */
    private final class Work implements WriteWork<MutateResponse> {
        private final String principal;
        private final CallAccess mine;
        private final List<WriteOperation> writes;
        private final @Nullable UUID requestId;
        private final ByteString digest;
        private long incarnation;
        private long said;

        Work(Caller caller, InstanceKey key, MutateRequest request) {
            this.principal = caller.principal();
            this.mine = access.of(caller, key);
            this.writes = request.getOperationsList();
            this.requestId = request.getRequestId().isEmpty() ? null : requestId(request);
            this.digest = requestId == null ? ByteString.EMPTY : digest(request);
        }

        @Override
        public void checkCreation(Optional<BlockInForce> block) {
            mine.checkCreation(block);
        }

        /** Before a remembered reply, too. */
        @Override
        public void enter(WriteTransaction tx, Turn turn) {
            mine.enter(tx, turn);
        }

        @Override
        public MutateResponse run(WriteTransaction tx, Turn turn) {
            incarnation = turn.incarnation();
            said = tx.nextCommit();
            if (requestId == null) {
                return mutate(tx, turn);
            }
            var found = tx.findRequest(principal, requestId);
            if (found.isPresent()) {
                return replay(found.get(), digest);
            }
            // Remembering is a change: this commit's number is used in any case.
            var built = mutate(tx, turn);
            tx.remember(principal, requestId, new Remembered(digest, built.toByteString()));
            return built;
        }

        private MutateResponse mutate(WriteTransaction tx, Turn turn) {
            long start = System.nanoTime();
            var runner = new OperationRunner(turn, mine.caller());
            var response = MutateResponse.newBuilder();
            for (int i = 0; i < writes.size(); i++) {
                var operation = writes.get(i);
                response.addResults(Operations.inOperation(i, () -> runner.write(operation, tx)));
            }
            tx.beginOperation();
            mine.leave(tx, turn);
            if (!runner.caller().ruled()) {
                response.setStats(Messages.stats(response.getResultsList(), tx, turn, start));
            }
            return response.setBookmark(new Bookmark(incarnation, said).toString()).build();
        }

        /** Only now it is known whether a page changed: UPDATE t SET a = a counts rows, no more. */
        @Override
        public MutateResponse done(MutateResponse response, long commit) {
            return requestId != null || commit == said
                    ? response
                    : response.toBuilder()
                            .setBookmark(new Bookmark(incarnation, commit).toString())
                            .build();
        }

        @Override
        public Failure told(Failure why) {
            return mine.toldOfWrite(why);
        }
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

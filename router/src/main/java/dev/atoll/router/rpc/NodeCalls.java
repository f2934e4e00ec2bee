package dev.atoll.router.rpc;

import dev.atoll.router.auth.Principal;
import dev.atoll.wire.CallMetadata;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** How the router itself calls nodes on behalf of a caller. Stateless. */
final class NodeCalls {
    /** A node that hangs must not hold back what the others say. */
    private static final Duration MOST = Duration.ofSeconds(5);

    private NodeCalls() {}

    /** What tells a node who calls. */
    static Metadata headers(Principal caller) {
        var headers = new Metadata();
        headers.put(CallMetadata.CALLER, caller.caller().toProto());
        return headers;
    }

    /** Puts that before each call of a channel or stub. */
    static ClientInterceptor by(Principal caller) {
        return MetadataUtils.newAttachHeadersInterceptor(headers(caller));
    }

    /** Asks one of several nodes: its time ends before that of the client's call does. */
    static <S extends AbstractStub<S>, R> CompletableFuture<R> ask(
            S stub, Metadata headers, Question<S, R> question) {
        var reply = new CompletableFuture<R>();
        question.ask(
                stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                        .withDeadlineAfter(most().toNanos(), TimeUnit.NANOSECONDS),
                new Single<>(reply));
        return reply;
    }

    /** A unary call. */
    interface Question<S, R> {
        void ask(S stub, StreamObserver<R> reply);
    }

    private static Duration most() {
        var deadline = Context.current().getDeadline();
        if (deadline == null) {
            return MOST;
        }
        long left = deadline.timeRemaining(TimeUnit.NANOSECONDS) * 9 / 10;
        return Duration.ofNanos(Math.min(MOST.toNanos(), left));
    }

    /** Takes the one reply of a unary call. */
    private record Single<R>(CompletableFuture<R> reply) implements StreamObserver<R> {
        @Override
        public void onNext(R message) {
            reply.complete(message);
        }

        @Override
        public void onError(Throwable error) {
            reply.completeExceptionally(error);
        }

        @Override
        public void onCompleted() {}
    }
}

package dev.atoll.router.forward;

import com.google.protobuf.ByteString;
import dev.atoll.proto.internal.v1.LinkMethod;
import dev.atoll.router.auth.Principal;
import dev.atoll.router.auth.Right;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A client's unary Query or Mutate, which goes to its node over a link. */
final class LinkedCall extends ServerCall.Listener<Body> {
    /** Nothing is counted for this call any more. */
    private static final long GONE = Long.MIN_VALUE;

    /** Two, so that a second message of a unary request is seen and refused. */
    private static final int UNARY_REQUEST = 2;

    private final Forwarder forwarder;
    private final LinkMethod method;
    private final Right right;
    private final ServerCall<Body, Body> call;
    private final Principal caller;
    private final long deadlineNanos;

    /** Bytes of the reply on its way to the client. */
    private final AtomicLong held = new AtomicLong();

    private @Nullable Body body;
    private boolean ended;
    private @Nullable InstanceCall forwarded;

    LinkedCall(Forwarder forwarder, LinkMethod method, Right right, ServerCall<Body, Body> call) {
        this.forwarder = forwarder;
        this.method = method;
        this.right = right;
        this.call = call;
        this.caller = forwarder.caller.get();
        var deadline = Context.current().getDeadline();
        long left =
                deadline == null
                        ? forwarder.settings.deadlineDefault().toNanos()
                        : deadline.timeRemaining(TimeUnit.NANOSECONDS);
        this.deadlineNanos = System.nanoTime() + left;
    }

    LinkedCall begin() {
        call.request(UNARY_REQUEST);
        return this;
    }

    @Override
    public void onMessage(Body message) {
        if (body != null) {
            end(Status.INVALID_ARGUMENT.withDescription("messages: 2 (expected: 1)"));
            return;
        }
        body = message;
    }

    @Override
    public void onHalfClose() {
        if (ended) {
            return;
        }
        if (body == null) {
            end(Status.INVALID_ARGUMENT.withDescription("messages: 0 (expected: 1)"));
            return;
        }
        InstanceCall begun;
        try {
            body.check();
            var key = KeyInFront.read(body.bytes());
            caller.check(right, key);
            forwarder.replies.check();
            var request = new InstanceCall.Request(method, caller, key, body, deadlineNanos);
            begun = new InstanceCall(forwarder, request, new Answer());
        } catch (Failure failure) {
            ended = true;
            call.close(FailureStatus.status(failure), FailureStatus.trailers(failure));
            return;
        }
        forwarder.metrics.received(body.bytes().length);
        forwarded = begun;
        begun.begin();
    }

    @Override
    public void onComplete() {
        release();
    }

    @Override
    public void onCancel() {
        release();
        if (forwarded != null) {
            forwarded.cancel();
        }
    }

    private void release() {
        long bytes = held.getAndSet(GONE);
        if (bytes != GONE) {
            forwarder.replies.release(bytes);
        }
    }

    /** Counts the reply until the client has it, or has gone. */
    private void hold(long bytes) {
        forwarder.replies.hold(bytes);
        if (!held.compareAndSet(0, bytes)) {
            // It has gone in between.
            forwarder.replies.release(bytes);
        }
    }

    private void end(Status status) {
        ended = true;
        call.close(status, new Metadata());
    }

    /** Answers the client. */
    private final class Answer implements InstanceCall.Answer {
        @Override
        public void replied(ByteString reply) {
            try {
                hold(reply.size());
            } catch (Failure e) {
                failed(FailureStatus.exception(e));
                return;
            }
            call.sendHeaders(new Metadata());
            call.sendMessage(Body.of(reply));
            call.close(Status.OK, new Metadata());
        }

        @Override
        public void failed(StatusRuntimeException failure) {
            var trailers = failure.getTrailers();
            call.close(failure.getStatus(), trailers == null ? new Metadata() : trailers);
        }
    }
}

package dev.atoll.router.forward;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.atoll.proto.internal.v1.LinkCall;
import dev.atoll.proto.internal.v1.LinkMethod;
import dev.atoll.proto.internal.v1.LinkReply;
import dev.atoll.router.auth.Principal;
import dev.atoll.router.placement.LiveNode;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.LinkFailure;
import dev.atoll.wire.Reason;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A Query or Mutate on its way to the node that owns its instance, over a link. Thread-safe; never
 * blocks.
 */
final class InstanceCall {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    /** The node is told a little less than the client waits, so that its reason arrives in time. */
    private static final long ALLOWANCE_MAX_NANOS = 50_000_000;

    private static final int ALLOWANCE_PART = 10;

    final InstanceKey key;
    final long deadlineNanos;

    private final Forwarder forwarder;
    private final LinkMethod method;
    private final Principal caller;
    private final Body body;
    private final Answer answer;
    private final long startedAt = System.nanoTime();
    private final AtomicBoolean answered = new AtomicBoolean();

    // One sending at a time.
    private int refusals;

    // Written by whoever sends it, read by the client's cancellation.
    private volatile @Nullable Sent sent;
    private volatile boolean cancelled;

    /** Hears the end: exactly one of the two, once, on any thread. */
    interface Answer {
        void replied(ByteString body);

        void failed(StatusRuntimeException failure);
    }

    /** Where it is now. */
    private record Sent(NodeLink link, long id) {}

    InstanceCall(Forwarder forwarder, Request request, Answer answer) {
        this.forwarder = forwarder;
        this.method = request.method();
        this.caller = request.caller();
        this.key = request.key();
        this.body = request.body();
        this.deadlineNanos = request.deadlineNanos();
        this.answer = answer;
    }

    /**
     * What a client asks for.
     *
     * @param caller who may ask it: that was checked
     * @param key that was authorised
     * @param body the request as the client encoded it
     * @param deadlineNanos by {@link System#nanoTime()}
     */
    record Request(
            LinkMethod method, Principal caller, InstanceKey key, Body body, long deadlineNanos) {}

    /** Sends it to the owner, after the calls to the same instance that began before. */
    void begin() {
        forwarder.order.begin(this);
    }

    /** Nobody waits for the answer any more. */
    void cancel() {
        cancelled = true;
        var current = sent;
        if (current != null) {
            current.link().cancel(current.id());
        }
    }

    /**
     * Sends it once.
     *
     * @param resumes whether the calls of this instance that the node refused are over
     */
    void send(LiveNode owner, NodeLink link, boolean resumes) {
        if (cancelled) {
            fail(Status.CANCELLED.withDescription("cancelled by the client").asRuntimeException());
            return;
        }
        long left = deadlineNanos - System.nanoTime();
        long timeout = left - Math.min(ALLOWANCE_MAX_NANOS, left / ALLOWANCE_PART);
        var call =
                LinkCall.newBuilder()
                        .setMethod(method)
                        .setCaller(caller.caller().toProto())
                        .setAuthorisedKey(UnsafeByteOperations.unsafeWrap(key.bytes()))
                        .setTimeoutMicros(Math.max(1, TimeUnit.NANOSECONDS.toMicros(timeout)))
                        .setBody(UnsafeByteOperations.unsafeWrap(body.bytes()))
                        .setResumes(resumes)
                        .build();
        sent = new Sent(link, link.send(call, new End(owner, link)));
        if (cancelled) {
            cancel();
        }
    }

    void fail(Failure failure) {
        fail(FailureStatus.exception(failure));
    }

    private void fail(StatusRuntimeException failure) {
        if (answered.compareAndSet(false, true)) {
            forwarder.metrics.answered(System.nanoTime() - startedAt);
            answer.failed(failure);
        }
    }

    private void reply(ByteString reply) {
        if (answered.compareAndSet(false, true)) {
            forwarder.metrics.answered(System.nanoTime() - startedAt);
            forwarder.metrics.sent(reply.size());
            answer.replied(reply);
        }
    }

    /** Hears the end of one sending. */
    private final class End implements NodeLink.End {
        private final LiveNode node;
        private final NodeLink link;

        End(LiveNode node, NodeLink link) {
            this.node = node;
            this.link = link;
        }

        @Override
        public InstanceKey key() {
            return key;
        }

        @Override
        public void replied(LinkReply reply) {
            switch (reply.getOutcomeCase()) {
                case BODY -> reply(reply.getBody());
                case ERROR -> {
                    if (reply.getError().getReason().equals(Reason.NOT_OWNER.name())) {
                        forwarder.metrics.retried();
                        forwarder.order.refused(
                                InstanceCall.this, link, reply.getCallId(), ++refusals);
                    } else {
                        fail(LinkFailure.exception(reply.getError()));
                    }
                }
                case OUTCOME_NOT_SET ->
                        fail(
                                Status.INTERNAL
                                        .withDescription("the node's reply has no outcome")
                                        .asRuntimeException());
            }
        }

        /** Certainly not executed only if it never left this process. */
        @Override
        public void broken(Status why, boolean left) {
            var cause = why.getDescription() == null ? "" : ": " + why.getDescription();
            if (left) {
                fail(
                        Failure.of(
                                        Reason.OUTCOME_UNKNOWN,
                                        "the connection to node '" + node.id() + "' broke" + cause)
                                .with("node", node.id()));
                return;
            }
            forwarder.channels.connectAgain(node);
            fail(
                    Failure.of(
                                    Reason.NODE_UNAVAILABLE,
                                    "node '" + node.id() + "' cannot be reached" + cause)
                            .with("node", node.id())
                            .retryAfter(RETRY_AFTER));
        }
    }
}

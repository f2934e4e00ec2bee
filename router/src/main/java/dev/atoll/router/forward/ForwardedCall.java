package dev.atoll.router.forward;

import dev.atoll.router.auth.Principal;
import dev.atoll.router.auth.Right;
import dev.atoll.router.placement.LiveNode;
import dev.atoll.wire.CallMetadata;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call on its way through: from the client's request to the node's last trailer.
 *
 * <pre>
 * client                     this                        node
 *   | -- body, half close --&gt; | key, scope, placement     |
 *   |                         | -- same bytes + key ----&gt; |
 *   |                         | &lt;---- NOT_OWNER --------- |   waits for the placement to move,
 *   |                         | -- same bytes + key ----&gt; |   asks again inside the deadline
 *   | &lt;-- headers, messages, trailers as they come ------ |
 * </pre>
 *
 * <p>Callbacks of the server call run one at a time, and so do those of the attempt under way; the
 * fields that both sides use are volatile or guarded.
 */
final class ForwardedCall extends ServerCall.Listener<Body> {
    private static final Duration WAIT_MIN = Duration.ofMillis(10);
    private static final Duration WAIT_MAX = Duration.ofMillis(500);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    /** Two, so that a second message of a unary request is seen and refused. */
    private static final int UNARY_REQUEST = 2;

    private final Forwarder forwarder;
    private final MethodDescriptor<Body, Body> method;
    private final Right right;
    private final ServerCall<Body, Body> call;
    private final Metadata headers;
    private final Principal caller;
    private final Deadline deadline;

    private @Nullable Body body;
    private @Nullable InstanceKey key;
    private boolean ended;

    // Written by the attempt's thread, read by the client's cancellation, and the other way round.
    private volatile @Nullable Attempt attempt;
    private volatile boolean cancelled;

    ForwardedCall(
            Forwarder forwarder,
            MethodDescriptor<Body, Body> method,
            Right right,
            ServerCall<Body, Body> call,
            Metadata headers) {
        this.forwarder = forwarder;
        this.method = method;
        this.right = right;
        this.call = call;
        this.headers = headers;
        this.caller = forwarder.caller.get();
        var clients = Context.current().getDeadline();
        var most =
                Deadline.after(
                        forwarder.settings.deadlineDefault().toNanos(), TimeUnit.NANOSECONDS);
        this.deadline = clients == null ? most : clients;
    }

    ForwardedCall begin() {
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
        try {
            body.check();
            key = KeyInFront.read(body.bytes());
            caller.check(right, key);
        } catch (Failure failure) {
            end(failure);
            return;
        }
        forwarder.metrics.received(body.bytes().length);
        new Attempt(body, key, WAIT_MIN).start();
    }

    @Override
    public void onReady() {
        var current = attempt;
        if (current != null) {
            current.clientIsReady();
        }
    }

    @Override
    public void onCancel() {
        cancelled = true;
        var current = attempt;
        if (current != null) {
            current.cancel();
        }
    }

    private void end(Failure failure) {
        ended = true;
        call.close(FailureStatus.status(failure), FailureStatus.trailers(failure));
    }

    private void end(Status status) {
        ended = true;
        call.close(status, new Metadata());
    }

    /** What the node gets: the client's metadata but for what is ours, and what we vouch for. */
    private Metadata metadata(InstanceKey authorised) {
        var metadata = new Metadata();
        metadata.merge(headers);
        for (var name : headers.keys()) {
            if (name.startsWith(CallMetadata.INTERNAL_PREFIX)) {
                discard(metadata, name);
            }
        }
        metadata.discardAll(CallMetadata.AUTHORIZATION);
        metadata.put(CallMetadata.AUTHORISED_KEY, authorised.bytes());
        metadata.put(CallMetadata.CALLER, caller.caller().toProto());
        return metadata;
    }

    private static void discard(Metadata metadata, String name) {
        if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
            metadata.discardAll(Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER));
        } else {
            metadata.discardAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        }
    }

    /** One sending of the call to one node. */
    private final class Attempt extends ClientCall.Listener<Body> {
        private final Body sentBody;
        private final InstanceKey authorised;
        private final Duration wait;
        private final SendTracer tracer = new SendTracer();
        private final long startedAt = System.nanoTime();
        private final boolean streams = !method.getType().serverSendsOneMessage();

        private long revision;
        private @Nullable LiveNode node;
        private @Nullable ClientCall<Body, Body> nodeCall;
        private boolean answered;
        private boolean waitsForClient;

        Attempt(Body sentBody, InstanceKey authorised, Duration wait) {
            this.sentBody = sentBody;
            this.authorised = authorised;
            this.wait = wait;
        }

        void start() {
            if (cancelled) {
                end(Status.CANCELLED.withDescription("the client cancelled the call"));
                return;
            }
            var view = forwarder.placement.view();
            LiveNode owner;
            try {
                owner = view.nodeOf(authorised);
            } catch (Failure failure) {
                end(failure);
                return;
            }
            var options =
                    CallOptions.DEFAULT
                            .withDeadline(deadline)
                            .withStreamTracerFactory(tracer.factory());
            var toNode = forwarder.channels.channel(owner).newCall(method, options);
            revision = view.revision();
            node = owner;
            nodeCall = toNode;
            // The deadline is in the options and cancellation is passed on below: a context that
            // did both again would end the call with another status.
            Context.ROOT.run(() -> toNode.start(this, metadata(authorised)));
            attempt = this;
            if (cancelled) {
                cancel();
            }
            toNode.request(streams ? 1 : UNARY_REQUEST);
            toNode.sendMessage(sentBody);
            toNode.halfClose();
        }

        void cancel() {
            var toNode = nodeCall;
            if (toNode != null) {
                toNode.cancel("the client cancelled the call", null);
            }
        }

        @Override
        public void onHeaders(Metadata answer) {
            answered = true;
            call.sendHeaders(answer);
        }

        @Override
        public void onMessage(Body message) {
            forwarder.metrics.sent(message.bytes().length);
            call.sendMessage(message);
            if (streams) {
                synchronized (this) {
                    waitsForClient = !call.isReady();
                    if (waitsForClient) {
                        return;
                    }
                }
                requestNext();
            }
        }

        /** The client has read what was sent: the node may send more. */
        void clientIsReady() {
            synchronized (this) {
                if (!waitsForClient) {
                    return;
                }
                waitsForClient = false;
            }
            requestNext();
        }

        private void requestNext() {
            var toNode = nodeCall;
            if (toNode != null) {
                toNode.request(1);
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            var asked = node;
            if (asked == null) {
                throw new IllegalStateException("an attempt ended before it began");
            }
            forwarder.metrics.answered(System.nanoTime() - startedAt);
            if (status.isOk()) {
                call.close(status, trailers);
                return;
            }
            var failure = FailureStatus.find(status, trailers);
            if (failure.isPresent() && failure.get().reason() == Reason.NOT_OWNER && !answered) {
                askAgain(failure.get());
            } else if (failure.isEmpty() && status.getCode() == Status.Code.UNAVAILABLE) {
                end(brokenConnection(asked, status));
            } else {
                call.close(status, trailers);
            }
        }

        private void askAgain(Failure notOwner) {
            var left = Duration.ofNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS));
            if (left.compareTo(WAIT_MIN) < 0) {
                end(
                        Failure.of(
                                        Reason.NODE_UNAVAILABLE,
                                        "the placement did not move within the deadline: "
                                                + notOwner.message())
                                .retryAfter(RETRY_AFTER));
                return;
            }
            forwarder.metrics.retried();
            var next = new Attempt(sentBody, authorised, shorter(wait.multipliedBy(2), WAIT_MAX));
            // Bounded: the placement may be ours already, and the node the one that is behind.
            forwarder.placement.afterMove(revision, shorter(wait, left.dividedBy(2)), next::start);
        }

        private static Duration shorter(Duration a, Duration b) {
            return a.compareTo(b) < 0 ? a : b;
        }

        /** Certainly not executed only if not even its headers left this process. */
        private Failure brokenConnection(LiveNode asked, Status status) {
            var cause = status.getDescription() == null ? "" : ": " + status.getDescription();
            if (tracer.sent()) {
                return Failure.of(
                                Reason.OUTCOME_UNKNOWN,
                                "the connection to node '" + asked.id() + "' broke" + cause)
                        .with("node", asked.id());
            }
            forwarder.channels.connectAgain(asked);
            return Failure.of(
                            Reason.NODE_UNAVAILABLE,
                            "node '" + asked.id() + "' cannot be reached" + cause)
                    .with("node", asked.id())
                    .retryAfter(RETRY_AFTER);
        }
    }
}

package dev.atoll.router.forward;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import dev.atoll.proto.internal.v1.LinkMethod;
import dev.atoll.router.auth.Principal;
import dev.atoll.router.auth.Right;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.Reason;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One Pipeline of a client: its calls go to their nodes over links, in order, and each is answered
 * as its reply comes. gRPC calls it from one thread at a time; replies come on any.
 *
 * <p>So many calls are in flight at most, and while the client does not read its replies, no more
 * of its calls are read: what is kept for one client is bounded.
 */
final class PipelinedCalls extends ServerCall.Listener<Body> {
    /** Calls of one Pipeline in flight; further ones wait in the client's flow control. */
    private static final int IN_FLIGHT_MAX = 1_024;

    private final Forwarder forwarder;
    private final ServerCall<Body, Body> call;
    private final Admission admission;
    private final ConcurrentHashMap<Long, InstanceCall> inFlight = new ConcurrentHashMap<>();

    @GuardedBy("this")
    private Principal caller;

    /** What came and is not begun: it is begun in this order. */
    @GuardedBy("this")
    private final ArrayDeque<PipelineMessage.Request> waiting = new ArrayDeque<>();

    /** Whether somebody begins what waits. */
    @GuardedBy("this")
    private boolean beginning;

    /** While a newer token is verified, what comes behind it waits. */
    @GuardedBy("this")
    private boolean verifying;

    /** Replies sent while the client did not read; as many calls are read once it does. */
    @GuardedBy("this")
    private int unread;

    /** Bytes of those replies. */
    @GuardedBy("this")
    private long unreadBytes;

    @GuardedBy("this")
    private int open;

    @GuardedBy("this")
    private boolean halfClosed;

    @GuardedBy("this")
    private boolean ended;

    PipelinedCalls(Forwarder forwarder, ServerCall<Body, Body> call, Admission admission) {
        this.forwarder = forwarder;
        this.call = call;
        this.admission = admission;
        this.caller = forwarder.caller.get();
    }

    PipelinedCalls begin() {
        call.sendHeaders(new Metadata());
        call.request(IN_FLIGHT_MAX);
        return this;
    }

    @Override
    public void onMessage(Body message) {
        var request = PipelineMessage.read(message, forwarder.settings.messageBytesMax());
        synchronized (this) {
            open++;
            waiting.add(request);
        }
        beginWaiting();
    }

    @Override
    public void onHalfClose() {
        synchronized (this) {
            halfClosed = true;
        }
        endIfDone();
    }

    @Override
    public void onReady() {
        int more;
        long bytes;
        synchronized (this) {
            more = unread;
            unread = 0;
            bytes = unreadBytes;
            unreadBytes = 0;
        }
        forwarder.replies.release(bytes);
        if (more > 0) {
            call.request(more);
        }
    }

    @Override
    public void onCancel() {
        long bytes;
        synchronized (this) {
            ended = true;
            bytes = unreadBytes;
            unreadBytes = 0;
        }
        forwarder.replies.release(bytes);
        inFlight.values().forEach(InstanceCall::cancel);
    }

    private void handle(PipelineMessage.Request request) {
        switch (request) {
            case PipelineMessage.Request.Call begun -> begin(begun);
            case PipelineMessage.Request.Cancel cancel -> {
                var cancelled = inFlight.get(cancel.callId());
                if (cancelled != null) {
                    cancelled.cancel();
                }
                answered(null);
            }
            case PipelineMessage.Request.RefreshToken refresh -> refresh(refresh);
            case PipelineMessage.Request.Broken broken ->
                    fail(
                            broken.callId(),
                            Failure.of(
                                    Reason.VALIDATION_FAILED,
                                    "message: " + broken.why() + " (expected: a PipelineRequest)"));
        }
    }

    private void begin(PipelineMessage.Request.Call request) {
        long id = request.callId();
        var caller = caller();
        try {
            admission.checkToken(caller);
            request.body().check();
            var key = KeyInFront.read(request.body().bytes());
            caller.check(
                    request.method() == LinkMethod.LINK_METHOD_QUERY ? Right.READ : Right.WRITE,
                    key);
            forwarder.replies.check();
            admission.enter();
            var answer = new Answer(id, request.method(), System.nanoTime());
            var begun =
                    new InstanceCall(
                            forwarder,
                            new InstanceCall.Request(
                                    request.method(),
                                    caller,
                                    key,
                                    request.body(),
                                    deadlineNanos(request)),
                            answer);
            if (inFlight.putIfAbsent(id, begun) != null) {
                admission.leave();
                throw Failure.of(
                        Reason.VALIDATION_FAILED,
                        "call_id: " + id + " is in flight (expected: one that is not)");
            }
            forwarder.metrics.received(request.body().bytes().length);
            begun.begin();
        } catch (Failure failure) {
            admission.ended(
                    name(request.method()),
                    FailureStatus.status(failure),
                    FailureStatus.trailers(failure),
                    0);
            fail(id, failure);
        }
    }

    private long deadlineNanos(PipelineMessage.Request.Call request) {
        long most = forwarder.settings.deadlineDefault().toNanos();
        long asked = TimeUnit.MILLISECONDS.toNanos(request.timeoutMillis());
        return System.nanoTime() + (asked <= 0 ? most : asked);
    }

    private static String name(LinkMethod method) {
        return method == LinkMethod.LINK_METHOD_QUERY ? "Query" : "Mutate";
    }

    private synchronized Principal caller() {
        return caller;
    }

    private void beginWaiting() {
        synchronized (this) {
            if (beginning) {
                return;
            }
            beginning = true;
        }
        for (var next = next(); next != null; next = next()) {
            handle(next);
        }
    }

    private synchronized PipelineMessage.@Nullable Request next() {
        var next = verifying ? null : waiting.poll();
        beginning = next != null;
        verifying |= next instanceof PipelineMessage.Request.RefreshToken;
        return next;
    }

    private void refresh(PipelineMessage.Request.RefreshToken refresh) {
        var _ =
                admission
                        .authenticate(refresh.token())
                        .whenComplete(
                                (verified, error) -> {
                                    if (error == null) {
                                        take(refresh.callId(), verified);
                                    } else {
                                        fail(refresh.callId(), failure(error));
                                    }
                                    synchronized (this) {
                                        verifying = false;
                                    }
                                    beginWaiting();
                                });
    }

    private static Failure failure(Throwable error) {
        var cause = error.getCause() == null ? error : error.getCause();
        return cause instanceof Failure failure
                ? failure
                : Failure.of(Reason.TOKEN_INVALID, "refresh_token: cannot be verified", cause);
    }

    private void take(long id, Principal verified) {
        boolean same;
        synchronized (this) {
            same = verified.caller().principal().equals(caller.caller().principal());
            if (same) {
                caller = verified;
            }
        }
        if (same) {
            answered(null);
        } else {
            fail(
                    id,
                    Failure.of(
                            Reason.TOKEN_INVALID,
                            "refresh_token: of another caller (expected: the same issuer and"
                                    + " subject)"));
        }
    }

    private void fail(long id, Failure failure) {
        answered(PipelineMessage.error(id, FailureStatus.exception(failure)));
    }

    /** A message has been dealt with; null where it has no answer. */
    private void answered(byte @Nullable [] message) {
        answered(message, 0);
    }

    /** The same for a message of which so many bytes are counted as waiting. */
    private void answered(byte @Nullable [] message, long held) {
        boolean readOn;
        synchronized (this) {
            open--;
            if (ended) {
                forwarder.replies.release(held);
                return;
            }
            if (message != null) {
                call.sendMessage(Body.of(message, Integer.MAX_VALUE));
            }
            readOn = call.isReady();
            if (readOn) {
                forwarder.replies.release(held);
            } else {
                unread++;
                unreadBytes += held;
            }
        }
        if (readOn) {
            call.request(1);
        } else if (call.isReady()) {
            // It became ready in between, and onReady may have come before the count.
            onReady();
        }
        endIfDone();
    }

    private void endIfDone() {
        synchronized (this) {
            if (!halfClosed || open > 0 || ended) {
                return;
            }
            ended = true;
        }
        call.close(Status.OK, new Metadata());
    }

    /** Answers one call. */
    private final class Answer implements InstanceCall.Answer {
        private final long id;
        private final LinkMethod method;
        private final long startedAt;

        Answer(long id, LinkMethod method, long startedAt) {
            this.id = id;
            this.method = method;
            this.startedAt = startedAt;
        }

        @Override
        public void replied(ByteString body) {
            try {
                forwarder.replies.hold(body.size());
            } catch (Failure e) {
                failed(FailureStatus.exception(e));
                return;
            }
            ended(Status.OK, new Metadata());
            end(PipelineMessage.reply(id, method, body), body.size());
        }

        @Override
        public void failed(StatusRuntimeException failure) {
            var trailers = failure.getTrailers();
            ended(failure.getStatus(), trailers == null ? new Metadata() : trailers);
            end(PipelineMessage.error(id, failure), 0);
        }

        private void ended(Status status, Metadata trailers) {
            admission.ended(name(method), status, trailers, System.nanoTime() - startedAt);
        }

        private void end(byte[] message, long held) {
            inFlight.remove(id);
            admission.leave();
            answered(message, held);
        }
    }
}

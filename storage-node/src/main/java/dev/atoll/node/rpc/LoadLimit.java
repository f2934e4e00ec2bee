package dev.atoll.node.rpc;

import com.google.protobuf.MessageLite;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.Reason;
import io.grpc.ForwardingServerCall;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the memory of calls: how many are in flight, and how large the replies are that wait for
 * clients to read them. Thread-safe.
 *
 * <p>A streamed reply has flow control of its own and does not count.
 */
final class LoadLimit implements ServerInterceptor {
    private static final Duration RETRY = Duration.ofMillis(100);

    private final RpcLimits.Load most;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicLong replyBytes = new AtomicLong();

    LoadLimit(RpcLimits.Load most, MeterRegistry registry) {
        this.most = most;
        Gauge.builder("atoll.node.calls.in.flight", calls, AtomicInteger::get)
                .description("Calls begun and not ended")
                .register(registry);
        Gauge.builder("atoll.node.replies.waiting", replyBytes, AtomicLong::get)
                .description("Size of the replies that clients have not read yet")
                .baseUnit("bytes")
                .register(registry);
    }

    @Override
    public <Q, P> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
        try {
            begin();
        } catch (Failure e) {
            refuse(call, e);
            return new ServerCall.Listener<>() {};
        }
        var counted = new Counted<>(call);
        return counted.listen(next.startCall(counted, headers));
    }

    /** Counts one more call; throws OVERLOADED where there are too many. */
    void begin() {
        if (calls.incrementAndGet() > most.callsInFlightMax()) {
            calls.decrementAndGet();
            throw overloaded("calls in flight: " + most.callsInFlightMax() + " already");
        }
        if (replyBytes.get() > most.repliesWaitingBytesMax()) {
            calls.decrementAndGet();
            throw overloaded("replies waiting: " + replyBytes.get() + " bytes already");
        }
    }

    /** Counts one call less, whose reply of that size has been sent. */
    void end(long sentBytes) {
        calls.decrementAndGet();
        replyBytes.addAndGet(-sentBytes);
    }

    /** Counts a reply until it is sent; throws OUTCOME_UNKNOWN where too much is waiting. */
    void hold(long bytes) {
        if (replyBytes.addAndGet(bytes) > most.repliesWaitingBytesMax()) {
            replyBytes.addAndGet(-bytes);
            // Executed, but its reply would not fit: a Query may be repeated later.
            throw Failure.of(
                    Reason.OUTCOME_UNKNOWN,
                    "replies waiting for clients to read them: "
                            + most.repliesWaitingBytesMax()
                            + " bytes already; this one was dropped");
        }
    }

    private static Failure overloaded(String why) {
        return Failure.of(Reason.OVERLOADED, why + "; not executed").retryAfter(RETRY);
    }

    private static void refuse(ServerCall<?, ?> call, Failure failure) {
        call.close(FailureStatus.status(failure), FailureStatus.trailers(failure));
    }

    /** A call whose reply is counted until the client has it, or has gone. */
    private final class Counted<Q, P>
            extends ForwardingServerCall.SimpleForwardingServerCall<Q, P> {
        // Of the thread that answers, until the call has ended.
        private boolean refused;
        private final AtomicLong bytes = new AtomicLong();

        Counted(ServerCall<Q, P> call) {
            super(call);
        }

        @Override
        public void sendMessage(P message) {
            if (getMethodDescriptor().getType() == MethodType.UNARY
                    && message instanceof MessageLite reply) {
                long size = reply.getSerializedSize();
                try {
                    hold(size);
                } catch (Failure e) {
                    refused = true;
                    refuse(delegate(), e);
                    return;
                }
                bytes.addAndGet(size);
            }
            super.sendMessage(message);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            if (!refused) {
                super.close(status, trailers);
            }
        }

        ServerCall.Listener<Q> listen(ServerCall.Listener<Q> listener) {
            // Exactly one of onComplete and onCancel ends every call.
            return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(listener) {
                @Override
                public void onComplete() {
                    ended();
                    super.onComplete();
                }

                @Override
                public void onCancel() {
                    ended();
                    super.onCancel();
                }
            };
        }

        private void ended() {
            end(bytes.getAndSet(0));
        }
    }
}

package dev.atoll.node.rpc;

import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.Reason;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Refuses calls beyond a number in flight, so that memory cannot grow with them. Thread-safe. */
final class InFlightLimit implements ServerInterceptor {
    private static final Duration RETRY = Duration.ofMillis(100);

    private final int most;
    private final AtomicInteger inFlight = new AtomicInteger();

    InFlightLimit(int most) {
        this.most = most;
    }

    int inFlight() {
        return inFlight.get();
    }

    @Override
    public <Q, P> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
        if (inFlight.incrementAndGet() > most) {
            inFlight.decrementAndGet();
            var failure =
                    Failure.of(
                                    Reason.OVERLOADED,
                                    "calls in flight: " + most + " already; not executed")
                            .retryAfter(RETRY);
            call.close(FailureStatus.status(failure), FailureStatus.trailers(failure));
            return new ServerCall.Listener<>() {};
        }
        // Exactly one of onComplete and onCancel ends every call.
        return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(
                next.startCall(call, headers)) {
            @Override
            public void onComplete() {
                inFlight.decrementAndGet();
                super.onComplete();
            }

            @Override
            public void onCancel() {
                inFlight.decrementAndGet();
                super.onCancel();
            }
        };
    }
}

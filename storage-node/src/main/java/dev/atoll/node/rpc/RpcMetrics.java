package dev.atoll.node.rpc;

import dev.atoll.wire.FailureStatus;
import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/**
 * What the node counts of its calls. Thread-safe.
 *
 * <p>The calls of all codes add up to the count of the latencies.
 */
final class RpcMetrics {
    private final MeterRegistry registry;
    private final Counter received;
    private final Counter sent;

    RpcMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.received = bytes("received", "Bytes of calls received, as sent over the wire");
        this.sent = bytes("sent", "Bytes of replies sent, as sent over the wire");
    }

    /** Counts bytes; one tracer serves all calls, since it keeps nothing of a call. */
    ServerStreamTracer.Factory tracer() {
        return new ServerStreamTracer.Factory() {
            @Override
            public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
                return new ServerStreamTracer() {
                    @Override
                    public void inboundWireSize(long bytes) {
                        received.increment((double) bytes);
                    }

                    @Override
                    public void outboundWireSize(long bytes) {
                        sent.increment((double) bytes);
                    }
                };
            }
        };
    }

    /** Counts and times calls, and their failures by reason. */
    ServerInterceptor interceptor() {
        return new ServerInterceptor() {
            @Override
            public <Q, P> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
                long start = System.nanoTime();
                var method = String.valueOf(call.getMethodDescriptor().getBareMethodName());
                return next.startCall(
                        new ForwardingServerCall.SimpleForwardingServerCall<>(call) {
                            @Override
                            public void close(Status status, Metadata trailers) {
                                super.close(status, trailers);
                                ended(method, status, trailers, System.nanoTime() - start);
                            }
                        },
                        headers);
            }
        };
    }

    /** Counts the end of a call that came in some other way than as a gRPC call of its own. */
    void ended(String method, Status status, Metadata trailers, long nanos) {
        Timer.builder("atoll.node.call.time")
                .description("Time from the arrival of a call to its end, by method")
                .tag("method", method)
                .publishPercentileHistogram()
                .register(registry)
                .record(nanos, TimeUnit.NANOSECONDS);
        Counter.builder("atoll.node.calls")
                .description("Calls ended, by method and gRPC status code")
                .tag("method", method)
                .tag("code", status.getCode().name())
                .register(registry)
                .increment();
        if (!status.isOk()) {
            var reason =
                    FailureStatus.find(status, trailers)
                            .map(failure -> failure.reason().name())
                            .orElse("NONE");
            Counter.builder("atoll.node.errors")
                    .description("Calls failed, by reason; NONE is a bare gRPC status")
                    .tag("reason", reason)
                    .register(registry)
                    .increment();
        }
    }

    private Counter bytes(String what, String description) {
        return Counter.builder("atoll.node." + what)
                .description(description)
                .baseUnit("bytes")
                .register(registry);
    }
}

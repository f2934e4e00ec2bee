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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

    // Bounded by the methods of the services, the status codes and the reasons there are.
    private final Map<String, Timer> times = new ConcurrentHashMap<>();
    private final Map<Outcome, Counter> calls = new ConcurrentHashMap<>();
    private final Map<String, Counter> errors = new ConcurrentHashMap<>();

    private record Outcome(String method, Status.Code code) {}

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

    /** Counts the end of a call, which may have come over a link. */
    void ended(String method, Status status, Metadata trailers, long nanos) {
        times.computeIfAbsent(method, this::time).record(nanos, TimeUnit.NANOSECONDS);
        calls.computeIfAbsent(new Outcome(method, status.getCode()), this::callsOf).increment();
        if (!status.isOk()) {
            var reason =
                    FailureStatus.find(status, trailers)
                            .map(failure -> failure.reason().name())
                            .orElse("NONE");
            errors.computeIfAbsent(reason, this::errorsOf).increment();
        }
    }

    private Timer time(String method) {
        return Timer.builder("atoll.node.call.time")
                .description("Time from the arrival of a call to its end, by method")
                .tag("method", method)
                .publishPercentileHistogram()
                .register(registry);
    }

    private Counter callsOf(Outcome outcome) {
        return Counter.builder("atoll.node.calls")
                .description("Calls ended, by method and gRPC status code")
                .tag("method", outcome.method())
                .tag("code", outcome.code().name())
                .register(registry);
    }

    private Counter errorsOf(String reason) {
        return Counter.builder("atoll.node.errors")
                .description("Calls failed, by reason; NONE is a bare gRPC status")
                .tag("reason", reason)
                .register(registry);
    }

    private Counter bytes(String what, String description) {
        return Counter.builder("atoll.node." + what)
                .description(description)
                .baseUnit("bytes")
                .register(registry);
    }
}

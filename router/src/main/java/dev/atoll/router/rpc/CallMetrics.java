package dev.atoll.router.rpc;

import dev.atoll.wire.FailureStatus;
import io.grpc.Metadata;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Calls as clients see them. Over all methods and codes, calls and the count of durations add up.
 * Thread-safe.
 */
public final class CallMetrics {
    private final MeterRegistry registry;
    // Bounded: methods are those of the public services, codes and reasons are enums.
    private final ConcurrentHashMap<Outcome, Counter> calls = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Timer> durations = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Counter> errors = new ConcurrentHashMap<>();

    public CallMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void ended(String fullMethod, Status status, Metadata trailers, long nanos) {
        var method = fullMethod.substring(fullMethod.lastIndexOf('/') + 1);
        calls.computeIfAbsent(new Outcome(method, status.getCode()), this::calls).increment();
        durations.computeIfAbsent(method, this::duration).record(nanos, TimeUnit.NANOSECONDS);
        if (!status.isOk()) {
            var reason =
                    FailureStatus.find(status, trailers)
                            .map(failure -> failure.reason().name())
                            .orElse("NONE");
            errors.computeIfAbsent(reason, this::errors).increment();
        }
    }

    private Counter calls(Outcome outcome) {
        return Counter.builder("atoll.router.calls")
                .description("Calls of clients that ended, by method and gRPC code")
                .tag("method", outcome.method())
                .tag("code", outcome.code().name())
                .register(registry);
    }

    private Timer duration(String method) {
        return Timer.builder("atoll.router.call.duration")
                .description("Time from a client's call to its end, by method")
                .tag("method", method)
                .publishPercentileHistogram()
                .register(registry);
    }

    private Counter errors(String reason) {
        return Counter.builder("atoll.router.errors")
                .description("Calls that failed, by reason; NONE for a bare gRPC status")
                .tag("reason", reason)
                .register(registry);
    }

    private record Outcome(String method, Status.Code code) {}
}

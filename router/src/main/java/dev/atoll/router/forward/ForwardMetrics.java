package dev.atoll.router.forward;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** What forwarding costs. Thread-safe. */
public final class ForwardMetrics {
    private final Timer nodeTime;
    private final Counter retries;
    private final Counter requestBytes;
    private final Counter responseBytes;

    /** Registers the meters. */
    public ForwardMetrics(MeterRegistry registry) {
        nodeTime =
                Timer.builder("atoll.router.node.duration")
                        .description(
                                "Time from handing a call to a node to the end of its answer, an"
                                        + " attempt each")
                        .publishPercentileHistogram()
                        .register(registry);
        retries =
                Counter.builder("atoll.router.retries")
                        .description("Calls sent again because the node asked was not the owner")
                        .register(registry);
        requestBytes =
                Counter.builder("atoll.router.request")
                        .description("Bytes of messages received from clients and forwarded")
                        .baseUnit("bytes")
                        .register(registry);
        responseBytes =
                Counter.builder("atoll.router.response")
                        .description("Bytes of messages from nodes sent on to clients")
                        .baseUnit("bytes")
                        .register(registry);
    }

    void answered(long nanos) {
        nodeTime.record(nanos, TimeUnit.NANOSECONDS);
    }

    void retried() {
        retries.increment();
    }

    void received(int bytes) {
        requestBytes.increment(bytes);
    }

    void sent(int bytes) {
        responseBytes.increment(bytes);
    }
}

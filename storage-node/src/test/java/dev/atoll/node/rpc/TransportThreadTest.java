package dev.atoll.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultEventExecutor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TransportThreadTest {
    private final List<String> order = new CopyOnWriteArrayList<>();

    @Test
    void comesAfterWhatTheTransportsThreadDoesNow() throws InterruptedException {
        var loop = new DefaultEventExecutor();
        loop.execute(
                () -> {
                    TransportThread.current().execute(() -> order.add("sent"));
                    order.add("read");
                });
        var _ = loop.shutdownGracefully(0, 10, TimeUnit.SECONDS);
        assertThat(loop.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(order).containsExactly("read", "sent");
    }

    @Test
    void comesAtOnceOnAnyOtherThread() {
        TransportThread.current().execute(() -> order.add("sent"));
        order.add("read");
        assertThat(order).containsExactly("sent", "read");
    }
}

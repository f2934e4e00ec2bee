package dev.atoll.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StreamTest {
    private FakeServer server;
    private Atoll atoll;
    private Instance alice;

    @BeforeEach
    void start() throws Exception {
        server = new FakeServer();
        atoll = server.client().build();
        alice = atoll.instance("user", "alice");
    }

    @AfterEach
    void stop() {
        atoll.close();
        server.close();
    }

    @Test
    void givesAllRowsInOrder() {
        server.chunks = 100;
        try (var rows = alice.queryStream("SELECT n FROM t")) {
            assertThat(rows.columns()).extracting(Column::name).containsExactly("n", "filler");
            assertThat(rows.stream().map(row -> row.integer("n")))
                    .containsExactlyElementsOf(LongStream.range(0, 200).boxed().toList());
            assertThat(rows.bookmark()).contains("v1-end");
        }
    }

    @Test
    void holdsTheServerBackWhileNobodyReads() throws Exception {
        server.chunks = 1_000;
        server.chunkBytes = 1 << 20;
        try (var rows = alice.queryStream("SELECT n FROM t")) {
            var iterator = rows.iterator();
            iterator.next();
            // A gigabyte waits; what fits in flow control's windows and two messages has come.
            assertThat(server.chunksSent.get()).isLessThan(50);
        }
        assertThat(server.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void repeatsUntilTheFirstMessage() {
        server.fails(Failure.of(Reason.NODE_UNAVAILABLE, "down")).fails(Status.UNAVAILABLE);
        try (var rows = alice.queryStream("SELECT n FROM t")) {
            assertThat(rows).hasSize(6);
        }
        assertThat(server.queries).hasSize(3);
    }

    @Test
    void doesNotRepeatAfterTheFirstMessage() {
        server.failsAtEnd = Failure.of(Reason.OVERLOADED, "late");
        try (var rows = alice.queryStream("SELECT n FROM t")) {
            var iterator = rows.iterator();
            assertThat(iterator.next().integer("n")).isZero();
            assertThatExceptionOfType(AtollException.class)
                    .isThrownBy(() -> iterator.forEachRemaining(row -> {}))
                    .matches(e -> e.reason() == Reason.OVERLOADED);
        }
        assertThat(server.queries).hasSize(1);
    }

    @Test
    void refusesToBeReadTwice() {
        try (var rows = alice.queryStream("SELECT n FROM t")) {
            assertThat(rows).hasSize(6);
            assertThatThrownBy(rows::iterator).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void publishesAllRowsInOrder() throws Exception {
        var subscriber = new Collector(Long.MAX_VALUE);
        alice.publish("SELECT n FROM t").subscribe(subscriber);
        assertThat(subscriber.end.get(10, TimeUnit.SECONDS))
                .containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void publishesNoMoreThanDemanded() throws Exception {
        server.chunks = 1_000;
        server.chunkBytes = 1 << 20;
        var subscriber = new Collector(3);
        alice.publish("SELECT n FROM t").subscribe(subscriber);
        assertThat(subscriber.third.get(10, TimeUnit.SECONDS)).isEqualTo(2L);
        assertThat(server.chunksSent.get()).isLessThan(50);
        subscriber.subscription().cancel();
        assertThat(server.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(subscriber.seen).containsExactly(0L, 1L, 2L);
    }

    @Test
    void publishesTheFailure() {
        server.fails(Failure.of(Reason.INSTANCE_NOT_FOUND, "user:alice"));
        var subscriber = new Collector(Long.MAX_VALUE);
        alice.publish("SELECT n FROM t").subscribe(subscriber);
        assertThatThrownBy(() -> subscriber.end.get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(AtollException.class)
                .hasMessageContaining("INSTANCE_NOT_FOUND");
    }

    @Test
    void refusesDemandThatIsNone() {
        var subscriber = new Collector(0);
        alice.publish("SELECT n FROM t").subscribe(subscriber);
        assertThatThrownBy(() -> subscriber.end.get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("demand: 0");
    }

    /** Collects the first column; demands once. */
    private static final class Collector implements Flow.Subscriber<Row> {
        final CompletableFuture<List<Long>> end = new CompletableFuture<>();
        final CompletableFuture<Long> third = new CompletableFuture<>();
        final List<Long> seen = new ArrayList<>();
        private final CompletableFuture<Flow.Subscription> begun = new CompletableFuture<>();
        private final long demand;

        Collector(long demand) {
            this.demand = demand;
        }

        Flow.Subscription subscription() {
            return begun.join();
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            begun.complete(subscription);
            subscription.request(demand);
        }

        @Override
        public void onNext(Row row) {
            seen.add(row.integer(0));
            if (seen.size() == 3) {
                third.complete(row.integer(0));
            }
        }

        @Override
        public void onError(Throwable problem) {
            end.completeExceptionally(problem);
        }

        @Override
        public void onComplete() {
            end.complete(List.copyOf(seen));
        }
    }
}

package dev.atoll.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import io.grpc.Status;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class RepetitionTest {
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

    @ParameterizedTest
    @EnumSource(Reason.class)
    void repeatsWhatItsReasonAllows(Reason reason) {
        server.fails(Failure.of(reason, "once"));
        boolean repeated = reason.neverExecuted() || reason == Reason.OUTCOME_UNKNOWN;
        if (repeated) {
            assertThat(alice.mutate("DELETE FROM t").bookmark()).isEqualTo("v1-2");
        } else {
            assertThatExceptionOfType(AtollException.class)
                    .isThrownBy(() -> alice.mutate("DELETE FROM t"))
                    .matches(e -> e.reason() == reason && e.attempts() == 1);
        }
        assertThat(server.mutations).hasSize(repeated ? 2 : 1);
    }

    @Test
    void keepsOneRequestIdOverAllAttempts() {
        server.fails(Status.UNAVAILABLE)
                .fails(Failure.of(Reason.OVERLOADED, "full"))
                .fails(Failure.of(Reason.OUTCOME_UNKNOWN, "lost"));
        alice.mutate("DELETE FROM t");
        assertThat(server.mutations).hasSize(4);
        assertThat(server.mutations.stream().map(MutateRequest::getRequestId).distinct())
                .singleElement()
                .satisfies(id -> assertThat(UUID.fromString(id).version()).isEqualTo(7));
    }

    @Test
    void givesEachMutationAnIdOfItsOwn() {
        alice.mutate("DELETE FROM t");
        alice.mutate("DELETE FROM t");
        assertThat(server.mutations.stream().map(MutateRequest::getRequestId).distinct())
                .hasSize(2);
    }

    @Test
    void doesNotRepeatAWriteWithoutIdThatMayHaveHappened() {
        server.fails(Failure.of(Reason.OUTCOME_UNKNOWN, "lost"));
        assertThatExceptionOfType(AtollException.class)
                .isThrownBy(
                        () -> alice.mutate(tx -> tx.withoutRequestId().execute("DELETE FROM t")))
                .matches(e -> e.reason() == Reason.OUTCOME_UNKNOWN && e.attempts() == 1);
        assertThat(server.mutations)
                .singleElement()
                .matches(request -> request.getRequestId().isEmpty());
    }

    @Test
    void repeatsReadsAfterUnknownOutcomes() {
        server.fails(Status.UNAVAILABLE).fails(Status.INTERNAL).fails(Status.UNKNOWN);
        assertThat(alice.query("SELECT 1").bookmark()).isEqualTo("v1-read");
        assertThat(server.queries).hasSize(4);
    }

    @Test
    void doesNotRepeatCreationAfterAnUnknownOutcome() {
        server.fails(Status.UNAVAILABLE.withDescription("gone"));
        assertThatExceptionOfType(AtollException.class)
                .isThrownBy(alice::create)
                .matches(AtollException::outcomeUnknown)
                .matches(e -> e.code().equals("UNAVAILABLE"))
                .withMessageContaining("gone");
    }

    @Test
    void repeatsCreationThatWasNeverExecuted() {
        server.fails(Failure.of(Reason.NODE_UNAVAILABLE, "down"));
        assertThat(alice.create().incarnation()).isEqualTo(42);
    }

    @Test
    void doesNotRepeatBareStatusesThatWouldOnlyComeAgain() {
        server.fails(Status.UNIMPLEMENTED);
        assertThatExceptionOfType(AtollException.class)
                .isThrownBy(() -> alice.query("SELECT 1"))
                .matches(e -> e.attempts() == 1);
    }

    @Test
    void stopsAfterTheAttemptsOfItsPolicy() {
        for (int i = 0; i < 9; i++) {
            server.fails(Failure.of(Reason.OVERLOADED, "full"));
        }
        assertThatExceptionOfType(AtollException.class)
                .isThrownBy(() -> alice.query("SELECT 1"))
                .matches(e -> e.reason() == Reason.OVERLOADED && e.attempts() == 5);
        assertThat(server.queries).hasSize(5);
    }

    @Test
    void givesUpAtOnceWhenTheServerAsksForMoreTimeThanThereIs() {
        server.fails(Failure.of(Reason.RATE_LIMITED, "slow down").retryAfter(Duration.ofHours(1)));
        assertThatExceptionOfType(AtollException.class)
                .isThrownBy(() -> alice.query("SELECT 1"))
                .matches(e -> e.retryAfter().orElseThrow().equals(Duration.ofHours(1)))
                .matches(e -> e.attempts() == 1);
    }

    @Test
    void waitsAsLongAsTheServerAsks() {
        server.fails(Failure.of(Reason.RATE_LIMITED, "wait").retryAfter(Duration.ofMillis(300)));
        long start = System.nanoTime();
        alice.query("SELECT 1");
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(300_000_000L);
    }

    @Test
    void endsAtTheDeadline() throws Exception {
        server.hangs = true;
        assertThatExceptionOfType(AtollException.class)
                .isThrownBy(
                        () -> alice.withDeadline(Duration.ofMillis(200)).mutate("DELETE FROM t"))
                .matches(AtollException::outcomeUnknown)
                .matches(e -> e.code().equals("DEADLINE_EXCEEDED"));
        assertThat(server.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void cancellingTheFutureCancelsTheCall() throws Exception {
        server.hangs = true;
        var call = alice.async().query("SELECT 1");
        assertThat(server.arrived.await(10, TimeUnit.SECONDS)).isTrue();
        call.cancel(true);
        assertThat(server.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(call::join).isInstanceOf(CancellationException.class);
    }

    @Test
    void interruptingTheThreadCancelsTheCall() throws Exception {
        server.hangs = true;
        var failures = new CompletableFuture<AtollException>();
        var thread =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        alice.mutate("DELETE FROM t");
                                    } catch (AtollException e) {
                                        failures.complete(e);
                                    }
                                });
        assertThat(server.arrived.await(10, TimeUnit.SECONDS)).isTrue();
        thread.interrupt();
        assertThat(failures.get(10, TimeUnit.SECONDS).outcomeUnknown()).isTrue();
        assertThat(server.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void asksForATokenBeforeEachAttempt() throws Exception {
        var count = new AtomicInteger();
        try (var fresh = server.client().token(() -> "t" + count.incrementAndGet()).build()) {
            server.fails(Failure.of(Reason.SHUTTING_DOWN, "bye"));
            fresh.instance("catalog").query("SELECT 1");
        }
        assertThat(server.tokens).containsExactly("Bearer t1", "Bearer t2");
    }

    @Test
    void handsOnWhatTheTokenSupplierThrows() {
        try (var broken =
                server.client()
                        .token(
                                () -> {
                                    throw new IllegalStateException("no token today");
                                })
                        .build()) {
            assertThatThrownBy(() -> broken.instance("catalog").query("SELECT 1"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("no token today");
        }
    }

    @Test
    void carriesDetailsAndOperationOfTheFailure() {
        server.fails(
                Failure.of(Reason.UNIQUE_VIOLATION, "t.id").with("columns", "id").inOperation(3));
        assertThatExceptionOfType(AtollException.class)
                .isThrownBy(() -> alice.mutate("INSERT INTO t VALUES (1)"))
                .matches(e -> e.operation().getAsInt() == 3)
                .matches(e -> "id".equals(e.details().get("columns")))
                .matches(e -> !e.outcomeUnknown())
                .withMessage("UNIQUE_VIOLATION (ALREADY_EXISTS): t.id");
    }

    @Test
    void saysWhyItCannotConnect() {
        var builder = server.client().retryPolicy(RetryPolicy.never());
        server.close();
        try (var alone = builder.build()) {
            assertThatExceptionOfType(AtollException.class)
                    .isThrownBy(() -> alone.instance("catalog").query("SELECT 1"))
                    .matches(AtollException::outcomeUnknown)
                    .withMessageContaining("Connection refused");
        }
    }

    @Test
    void refusesCallsAfterClose() {
        atoll.close();
        atoll.close();
        assertThatThrownBy(() -> alice.query("SELECT 1"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the client is closed");
    }

    @Test
    void refusesAKeyThatIsNone() {
        assertThatExceptionOfType(AtollException.class)
                .isThrownBy(() -> atoll.instance("User", "alice"))
                .matches(e -> e.reason() == Reason.INSTANCE_KEY_INVALID && e.attempts() == 0);
    }
}

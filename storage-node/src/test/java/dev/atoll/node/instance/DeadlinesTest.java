package dev.atoll.node.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.node.sqlite.CallBudget;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.util.ArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A caller is answered at the deadline, whatever the lane does. */
class DeadlinesTest {
    private final Deadlines deadlines = new Deadlines();

    @Test
    void aCallIsAbandonedWhenItsDeadlineHasPassed() {
        var soon = call(100);
        var later = call(200);
        deadlines.add(soon);
        deadlines.add(later);

        deadlines.sweep(99);
        assertThat(soon.isDone()).isFalse();
        deadlines.sweep(100);
        timedOut(soon);
        assertThat(later.isDone()).isFalse();
        deadlines.sweep(1_000);
        timedOut(later);
    }

    @Test
    void aCallThatRanInTimeKeepsItsReply() {
        var call = call(100);
        deadlines.add(call);
        deadlines.sweep(50);
        call.run(60);
        deadlines.sweep(1_000);
        assertThat(call.reply().join()).isTrue();
    }

    @Test
    void aCallThatComesAfterTheEndIsAbandonedAtOnce() {
        deadlines.close();
        var call = call(100);
        deadlines.add(call);
        timedOut(call);
    }

    @Test
    void noneIsLostWhereManyComeAtOnceWhileItIsSwept() throws InterruptedException {
        int each = 20_000;
        var calls = new ArrayList<Call<Boolean>>();
        IntStream.range(0, 4 * each).forEach(_ -> calls.add(call(100)));
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 4; i++) {
            var mine = calls.subList(i * each, (i + 1) * each);
            threads.add(Thread.ofPlatform().start(() -> mine.forEach(deadlines::add)));
        }
        while (threads.stream().anyMatch(Thread::isAlive)) {
            deadlines.sweep(100);
        }
        for (var thread : threads) {
            thread.join();
        }
        deadlines.sweep(100);
        assertThat(calls).allMatch(Call::isDone);
    }

    private static Call<Boolean> call(long deadlineNanos) {
        return new Call<>(
                new CallBudget(deadlineNanos, () -> 0),
                deadlineNanos,
                0,
                (_, held) -> held.release(),
                _ -> true);
    }

    private static void timedOut(Call<Boolean> call) {
        assertThat(call.isDone()).isTrue();
        assertThatThrownBy(call.reply()::join)
                .cause()
                .isInstanceOfSatisfying(
                        Failure.class,
                        failure ->
                                assertThat(failure.reason()).isEqualTo(Reason.STATEMENT_TIMEOUT));
    }
}

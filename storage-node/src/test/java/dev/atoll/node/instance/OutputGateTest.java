package dev.atoll.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The thread that replies leave on. */
class OutputGateTest {
    private static final int SENDERS = 4;
    private static final int REPLIES = 20_000;

    private final OutputGate gate = new OutputGate();

    @AfterEach
    void close() {
        gate.close();
    }

    @Test
    void repliesLeaveInTheOrderInWhichTheyWereLetGoOnAThreadOfTheirOwn() throws Exception {
        var left = Collections.synchronizedList(new ArrayList<Integer>());
        var threads = new ConcurrentLinkedQueue<Thread>();
        var last = new CountDownLatch(1);
        for (int i = 0; i < REPLIES; i++) {
            int reply = i;
            gate.leave(
                    () -> {
                        left.add(reply);
                        threads.add(Thread.currentThread());
                    });
        }
        gate.leave(last::countDown);
        await(last);
        assertThat(left).isEqualTo(IntStream.range(0, REPLIES).boxed().toList());
        assertThat(threads.stream().distinct())
                .singleElement()
                .isNotEqualTo(Thread.currentThread());
    }

    /** One that comes just when the thread has found nothing more must not be left behind. */
    @Test
    void noReplyIsLeftBehindWhoeverLetsItGoAndWhen() throws Exception {
        var arrived = new CountDownLatch(SENDERS * REPLIES);
        var senders = new ArrayList<Thread>();
        for (int i = 0; i < SENDERS; i++) {
            senders.add(Thread.ofPlatform().start(() -> send(arrived)));
        }
        for (var sender : senders) {
            sender.join();
        }
        await(arrived);
    }

    /** Waits for every other one, so that the thread goes to rest in between. */
    private void send(CountDownLatch arrived) {
        for (int i = 0; i < REPLIES; i++) {
            var left = new CountDownLatch(1);
            gate.leave(
                    () -> {
                        arrived.countDown();
                        left.countDown();
                    });
            if (i % 2 == 0) {
                await(left);
            }
        }
    }

    @Test
    void aReplyThatCannotBeGivenKeepsNoOtherBack() {
        for (var thrown : List.of(new IllegalStateException("gone"), new AssertionError("gone"))) {
            var first = new CountDownLatch(1);
            var last = new CountDownLatch(1);
            gate.leave(
                    () -> {
                        await(first);
                        throw sneaky(thrown);
                    });
            gate.leave(last::countDown);
            first.countDown();
            await(last);
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // Whatever is thrown.
    private static <E extends Throwable> RuntimeException sneaky(Throwable thrown) throws E {
        throw (E) thrown;
    }

    /** They are brought by the thread that writes the journal, which must not fail for it. */
    @Test
    void thoseThatComeAfterItWasClosedLeaveToo() {
        gate.close();
        for (int i = 0; i < 3; i++) {
            var left = new CountDownLatch(1);
            gate.leave(left::countDown);
            await(left);
        }
    }

    @Test
    void thoseThatAreHereAlreadyLeaveWhenItIsClosed() {
        var first = new CountDownLatch(1);
        List<CountDownLatch> others =
                IntStream.range(0, 100).mapToObj(i -> new CountDownLatch(1)).toList();
        gate.leave(() -> await(first));
        others.forEach(other -> gate.leave(other::countDown));
        gate.close();
        first.countDown();
        others.forEach(OutputGateTest::await);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).as("within its time").isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

package dev.atoll.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.sqlite.CallBudget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The lanes' promises: one task at a time, in order, none starved. */
@Timeout(60)
class LanePoolTest {
    private static final int QUEUE_MAX = 10_000;
    private static final Duration HOUR = Duration.ofHours(1);

    private final List<LanePool> pools = new ArrayList<>();
    private final CountDownLatch gate = new CountDownLatch(1);

    @AfterEach
    void stop() {
        gate.countDown();
        pools.forEach(LanePool::close);
    }

    @Test
    void runsEachLanesTasksOneAtATimeInOrder() {
        long seed = System.nanoTime();
        System.out.println("LanePoolTest seed: " + seed);
        var random = new Random(seed);
        var pool = pool(4, 16, System::nanoTime);
        int lanes = 50;
        var order = new ArrayList<List<Integer>>();
        var inside = new ArrayList<AtomicInteger>();
        var all = new ArrayList<Lane>();
        for (int i = 0; i < lanes; i++) {
            all.add(lane(pool));
            // Of the lane alone: a race would show as a lost or misplaced number.
            order.add(new ArrayList<>());
            inside.add(new AtomicInteger());
        }
        var expected = new ArrayList<List<Integer>>();
        all.forEach(_ -> expected.add(new ArrayList<>()));
        var replies = new ArrayList<CompletableFuture<Boolean>>();
        for (int i = 0; i < 20_000; i++) {
            int number = i;
            int at = random.nextInt(lanes);
            expected.get(at).add(number);
            replies.add(
                    submit(
                            pool,
                            all.get(at),
                            () -> {
                                boolean alone = inside.get(at).incrementAndGet() == 1;
                                order.get(at).add(number);
                                inside.get(at).decrementAndGet();
                                return alone;
                            }));
        }
        assertThat(replies).allMatch(CompletableFuture::join);
        assertThat(order).isEqualTo(expected);
    }

    @Test
    void aLaneThatIsNeverIdleDoesNotStarveOthers() {
        // A tick is longer than a turn: every turn has one task.
        var ticks = new AtomicInteger();
        var pool = pool(1, 1, () -> ticks.incrementAndGet() * 10_000_000L);
        var ran = Collections.synchronizedList(new ArrayList<String>());
        var hot = lane(pool);
        var first = submit(pool, hot, this::await);
        var replies = new ArrayList<CompletableFuture<Boolean>>();
        for (int i = 0; i < 100; i++) {
            replies.add(submit(pool, hot, () -> ran.add("hot")));
        }
        replies.add(submit(pool, lane(pool), () -> ran.add("other")));
        gate.countDown();

        assertThat(first.join()).isTrue();
        assertThat(replies).allMatch(CompletableFuture::join);
        assertThat(ran.indexOf("other")).isZero();
    }

    @Test
    void growsWhenItsThreadsAreBusyForLong() {
        var pool = pool(2, 8, System::nanoTime);
        pool.start();
        var slow = new ArrayList<CompletableFuture<Boolean>>();
        for (int i = 0; i < 4; i++) {
            slow.add(submit(pool, lane(pool), this::await));
        }
        assertThat(submit(pool, lane(pool), () -> true).join()).isTrue();
        assertThat(slow).noneMatch(CompletableFuture::isDone);
        assertThat(pool.threads()).isBetween(5, 8);
    }

    @Test
    void shrinksAgainWhileCallsThatNeedFewThreadsGoOn() {
        var pool = pool(1, 8, Duration.ofMillis(200), System::nanoTime);
        pool.start();
        var slow = new ArrayList<CompletableFuture<Boolean>>();
        for (int i = 0; i < 4; i++) {
            slow.add(submit(pool, lane(pool), this::await));
        }
        var lane = lane(pool);
        assertThat(submit(pool, lane, () -> true).join()).isTrue();
        assertThat(pool.threads()).isGreaterThanOrEqualTo(5);
        gate.countDown();
        assertThat(slow).allMatch(CompletableFuture::join);
        while (pool.threads() > 1) {
            assertThat(submit(pool, lane, () -> true).join()).isTrue();
        }
    }

    @Test
    void refusesTasksBeyondTheQueue() {
        var pool = pool(1, 1, System::nanoTime);
        var lane = new Lane(pool, 2, new Kept());
        var entered = new CountDownLatch(1);
        var offers = new ArrayList<Lane.Offer>();
        offers.add(
                lane.offer(
                        call(
                                pool,
                                () -> {
                                    entered.countDown();
                                    return await();
                                })));
        assertThat(within(entered)).isTrue();
        for (int i = 0; i < 3; i++) {
            offers.add(lane.offer(call(pool, () -> true)));
        }
        assertThat(offers)
                .containsExactly(
                        Lane.Offer.ACCEPTED,
                        Lane.Offer.ACCEPTED,
                        Lane.Offer.ACCEPTED,
                        Lane.Offer.FULL);
    }

    @Test
    void drainingWaitsForATurnThatHasNotBegunItsTask() {
        var taken = new CountDownLatch(1);
        var asked = new AtomicInteger();
        LongSupplier ticker =
                () -> {
                    // A lane's thread asks first when it begins a turn.
                    if (Thread.currentThread().getName().startsWith("lane-")
                            && asked.incrementAndGet() == 1) {
                        taken.countDown();
                        await();
                    }
                    return System.nanoTime();
                };
        var pool = pool(1, 1, ticker);
        var reply = submit(pool, lane(pool), () -> true);
        assertThat(within(taken)).isTrue();

        assertThat(pool.drain(Duration.ofMillis(50))).isFalse();
        gate.countDown();
        assertThat(pool.drain(Duration.ofSeconds(30))).isTrue();
        assertThat(reply.isDone()).isTrue();
    }

    private LanePool pool(int threads, int threadsMax, LongSupplier ticker) {
        return pool(threads, threadsMax, LanePool.EXTRA_THREAD_IDLE, ticker);
    }

    private LanePool pool(int threads, int threadsMax, Duration extraIdle, LongSupplier ticker) {
        var pool = new LanePool(threads, threadsMax, extraIdle, ticker);
        pools.add(pool);
        return pool;
    }

    private static Lane lane(LanePool pool) {
        return new Lane(pool, QUEUE_MAX, new Kept());
    }

    private interface Task {
        boolean run();
    }

    private static Call<Boolean> call(LanePool pool, Task task) {
        long now = System.nanoTime();
        var budget = new CallBudget(now + HOUR.toNanos(), System::nanoTime);
        return new Call<>(
                budget,
                now + HOUR.toNanos(),
                pool.nanoTime(),
                (_, held) -> held.release(),
                _ -> task.run());
    }

    private static CompletableFuture<Boolean> submit(LanePool pool, Lane lane, Task task) {
        var call = call(pool, task);
        assertThat(lane.offer(call)).isEqualTo(Lane.Offer.ACCEPTED);
        return call.reply();
    }

    private boolean await() {
        return within(gate);
    }

    private static boolean within(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The owner of a lane that stays. */
    private static final class Kept implements Lane.Owner {
        @Override
        public boolean keepsLane() {
            return true;
        }

        @Override
        public void laneEnded() {
            throw new IllegalStateException("the lane was to stay");
        }
    }
}

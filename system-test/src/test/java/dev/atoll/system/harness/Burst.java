package dev.atoll.system.harness;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** Many calls at once, without waiting for any before the next. Immutable. */
public final class Burst {
    private Burst() {}

    /** Makes the calls and counts how they ended: {@code OK}, or code and reason. */
    public static <T> Map<String, Integer> of(
            int calls, Duration atMost, IntFunction<ListenableFuture<T>> call) {
        var outcomes = new ConcurrentHashMap<String, Integer>();
        var left = new CountDownLatch(calls);
        for (int i = 0; i < calls; i++) {
            Futures.addCallback(
                    call.apply(i),
                    new FutureCallback<T>() {
                        @Override
                        public void onSuccess(T reply) {
                            ended("OK");
                        }

                        @Override
                        public void onFailure(Throwable thrown) {
                            var refusal = Refusal.of(thrown);
                            ended((refusal.code() + " " + refusal.reason()).strip());
                        }

                        private void ended(String how) {
                            outcomes.merge(how, 1, Integer::sum);
                            left.countDown();
                        }
                    },
                    MoreExecutors.directExecutor());
        }
        try {
            if (!left.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(
                        left.getCount() + " calls did not end within " + atMost + ": " + outcomes);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return Map.copyOf(outcomes);
    }
}

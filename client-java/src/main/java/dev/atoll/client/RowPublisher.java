package dev.atoll.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.atoll.client.internal.MessageStream;
import dev.atoll.proto.v1.QueryStreamResponse;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Publishes the rows of one statement; each subscription runs it anew. Thread-safe. */
final class RowPublisher implements Flow.Publisher<Row> {
    private final AsyncInstance instance;
    private final Sql sql;

    RowPublisher(AsyncInstance instance, Sql sql) {
        this.instance = instance;
        this.sql = sql;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super Row> subscriber) {
        var subscription = new Subscription(Objects.requireNonNull(subscriber));
        subscriber.onSubscribe(subscription);
        subscription.open(instance, sql);
    }

    /**
     * One run. Whoever brings something (rows, demand, the end) drains if nobody else does, so that
     * the subscriber hears one thing at a time. A message is asked for only when there is demand
     * and no row is left. Thread-safe.
     */
    private static final class Subscription
            implements Flow.Subscription, MessageStream.Receiver<QueryStreamResponse> {
        private final Flow.Subscriber<? super Row> subscriber;
        private final Object lock = new Object();

        @GuardedBy("lock")
        private final Queue<Row> rows = new ArrayDeque<>();

        @GuardedBy("lock")
        private @Nullable MessageStream<QueryStreamResponse> messages;

        @GuardedBy("lock")
        private @Nullable Columns columns;

        @GuardedBy("lock")
        private long demand;

        @GuardedBy("lock")
        private boolean asked;

        @GuardedBy("lock")
        private boolean draining;

        @GuardedBy("lock")
        private boolean complete;

        @GuardedBy("lock")
        private @Nullable Throwable failure;

        @GuardedBy("lock")
        private boolean done;

        Subscription(Flow.Subscriber<? super Row> subscriber) {
            this.subscriber = subscriber;
        }

        void open(AsyncInstance instance, Sql sql) {
            synchronized (lock) {
                if (done) {
                    return; // Cancelled in onSubscribe.
                }
            }
            try {
                var opened = instance.stream(sql, this);
                boolean cancelled;
                synchronized (lock) {
                    messages = opened;
                    cancelled = done;
                }
                if (cancelled) {
                    opened.cancel();
                }
            } catch (RuntimeException e) {
                end(e);
                return;
            }
            drain();
        }

        @Override
        public void request(long count) {
            synchronized (lock) {
                if (count <= 0) {
                    failure = new IllegalArgumentException("demand: " + count + " (expected: > 0)");
                } else {
                    demand = demand + count < 0 ? Long.MAX_VALUE : demand + count;
                }
            }
            drain();
        }

        @Override
        public void cancel() {
            MessageStream<QueryStreamResponse> open;
            synchronized (lock) {
                done = true;
                rows.clear();
                open = messages;
            }
            if (open != null) {
                open.cancel();
            }
        }

        @Override
        public void message(QueryStreamResponse message) {
            synchronized (lock) {
                asked = false;
                switch (message.getPartCase()) {
                    case COLUMNS -> columns = Codec.columns(message.getColumns().getColumnsList());
                    case ROWS -> add(message);
                    case END, PART_NOT_SET -> {
                        // The end of the call follows; other parts are of a newer server.
                    }
                }
            }
            drain();
        }

        @Override
        public void end(@Nullable RuntimeException problem) {
            synchronized (lock) {
                complete = true;
                failure = failure == null ? problem : failure;
            }
            drain();
        }

        @GuardedBy("lock")
        private void add(QueryStreamResponse message) {
            var known = columns;
            if (known == null) {
                failure = new IllegalStateException("rows came before their columns");
                return;
            }
            message.getRows().getRowsList().forEach(row -> rows.add(Codec.row(known, row)));
        }

        private void drain() {
            synchronized (lock) {
                if (draining) {
                    return; // Who drains now looks again before it leaves.
                }
                draining = true;
            }
            Runnable step = nextStep();
            while (step != null) {
                step.run(); // Without the lock: it calls the subscriber or the network.
                step = nextStep();
            }
        }

        /** What to do next; null, and no longer draining, if nothing is to be done now. */
        private @Nullable Runnable nextStep() {
            synchronized (lock) {
                if (!done) {
                    if (failure instanceof IllegalArgumentException
                            || (failure != null && rows.isEmpty())) {
                        return ending(failure);
                    }
                    if (!rows.isEmpty() && demand > 0) {
                        demand--;
                        var row = rows.remove();
                        return () -> deliver(row);
                    }
                    if (rows.isEmpty() && complete) {
                        return ending(null);
                    }
                    var open = messages;
                    if (rows.isEmpty() && demand > 0 && !asked && open != null) {
                        asked = true;
                        return open::request;
                    }
                }
                draining = false;
                return null;
            }
        }

        @GuardedBy("lock")
        private Runnable ending(@Nullable Throwable problem) {
            done = true;
            rows.clear();
            var open = messages;
            return () -> {
                if (open != null) {
                    open.cancel();
                }
                if (problem == null) {
                    subscriber.onComplete();
                } else {
                    subscriber.onError(problem);
                }
            };
        }

        private void deliver(Row row) {
            try {
                subscriber.onNext(row);
            } catch (RuntimeException e) {
                // A subscriber that throws has ended its subscription (reactive streams, 2.13).
                cancel();
                throw e;
            }
        }
    }
}

package dev.atoll.client;

import dev.atoll.client.internal.MessageStream;
import dev.atoll.proto.v1.Alarm;
import dev.atoll.proto.v1.WatchAlarmsRequest;
import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The alarms of a namespace that come due and have no operations of their own: whoever takes one
 * does its work and clears it, best in the transaction of that work. One that is not cleared comes
 * again after a minute, to any of those that watch.
 *
 * <p>A stream that ends (a router that stops, a token that expires) is begun anew. Alarms are asked
 * for one by one, as they are taken. Close it. One thread at a time; any may close it.
 */
public final class AlarmStream implements AutoCloseable {
    /** Long, since each beginning costs a stream to every node. */
    private static final Duration LIFE = Duration.ofMinutes(10);

    /** Between two streams, where the first gave nothing. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Calls calls;
    private final WatchAlarmsRequest request;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private volatile @Nullable MessageStream<Alarm> messages;
    private volatile boolean closed;
    private boolean asked;

    /** Of the stream, on {@link System#nanoTime()}. */
    private long begunAt;

    /** Nothing is begun before this, on {@link System#nanoTime()}. */
    private long beginAt = System.nanoTime();

    AlarmStream(Calls calls, String namespace) {
        this.calls = calls;
        this.request = WatchAlarmsRequest.newBuilder().setNamespace(namespace).build();
    }

    /** Waits for the next alarm. */
    public AlarmInfo take() {
        while (true) {
            var alarm = poll(LIFE);
            if (alarm.isPresent()) {
                return alarm.get();
            }
        }
    }

    /**
     * Waits for the next alarm for that long at most.
     *
     * @throws AtollException if the caller may not watch, or calls are refused for another reason
     *     that does not pass by itself
     * @throws IllegalStateException if it is closed, also while it waits
     */
    public Optional<AlarmInfo> poll(Duration patience) {
        long end = System.nanoTime() + Math.min(patience.toNanos(), LIFE.toNanos());
        try {
            while (true) {
                checkOpen();
                long now = System.nanoTime();
                if (messages == null && now - beginAt >= 0) {
                    begin();
                }
                ask();
                long until = messages == null ? Math.min(end - now, beginAt - now) : end - now;
                var event = events.poll(Math.max(0, until), TimeUnit.NANOSECONDS);
                switch (event) {
                    case Event.Due(var alarm) -> {
                        asked = false;
                        return Optional.of(Codec.alarm(alarm));
                    }
                    case Event.Ended(var failure) -> ended(failure);
                    case Event.Closed() -> checkOpen();
                    case null -> {
                        if (end - System.nanoTime() <= 0) {
                            return Optional.empty();
                        }
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw AtollException.interrupted(e);
        }
    }

    private void begin() {
        asked = false;
        begunAt = System.nanoTime();
        messages = calls.api().watchAlarms(request, LIFE, new Receiver());
    }

    private void ask() {
        var current = messages;
        if (current != null && !asked) {
            asked = true;
            current.request();
        }
    }

    private void ended(@Nullable RuntimeException failure) {
        messages = null;
        beginAt = System.nanoTime() + PAUSE.toNanos();
        if (failure != null && !passes(failure)) {
            throw failure instanceof AtollException e ? e.here() : failure;
        }
    }

    /** Whether a new stream may do better: that of a broken one, or one at its end. */
    private boolean passes(RuntimeException failure) {
        return failure instanceof AtollException e
                && switch (e.reason().action()) {
                    case RETRY, BACK_OFF, AFTER_REFRESH -> true;
                    case RETRY_IF_SAFE -> !e.code().equals(Status.Code.UNIMPLEMENTED.name());
                    // It was good when the stream began: there is a newer one.
                    case GET_TOKEN -> System.nanoTime() - begunAt > PAUSE.toNanos();
                    case GIVE_UP, CALL_OPERATOR -> false;
                };
    }

    private void checkOpen() {
        if (closed) {
            cancel();
            throw new IllegalStateException("the stream is closed");
        }
    }

    /** Stops watching. May be called twice, and by another thread than that which waits. */
    @Override
    public void close() {
        closed = true;
        events.add(new Event.Closed());
        cancel();
    }

    private void cancel() {
        var current = messages;
        if (current != null) {
            current.cancel();
        }
    }

    private sealed interface Event {
        record Due(Alarm alarm) implements Event {}

        record Ended(@Nullable RuntimeException failure) implements Event {}

        record Closed() implements Event {}
    }

    /** Hands on to the waiting thread. */
    private final class Receiver implements MessageStream.Receiver<Alarm> {
        @Override
        public void message(Alarm alarm) {
            events.add(new Event.Due(alarm));
        }

        @Override
        public void end(@Nullable RuntimeException failure) {
            events.add(new Event.Ended(failure));
        }
    }
}

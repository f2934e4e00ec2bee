package dev.atoll.client.internal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * One streamed read. It is sent again like any read, but only until its first message: after that
 * rows have been seen, and a second run could give others. Thread-safe.
 */
final class StreamCall<Q, R> implements MessageStream<R> {
    private final Transport transport;
    private final MethodDescriptor<Q, R> method;
    private final Q request;
    private final Receiver<R> receiver;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private @Nullable ClientCall<Q, R> attempt;

    /** Asked for and not yet given: a new attempt asks again. */
    @GuardedBy("lock")
    private boolean wanted;

    @GuardedBy("lock")
    private boolean cancelled;

    /** How many attempts have ended; one may end before the thread that started it comes back. */
    @GuardedBy("lock")
    private int ended;

    StreamCall(
            Transport transport, MethodDescriptor<Q, R> method, Q request, Receiver<R> receiver) {
        this.transport = transport;
        this.method = method;
        this.request = request;
        this.receiver = receiver;
    }

    void start(long deadlineNanos) {
        send(1, deadlineNanos);
    }

    @Override
    public void request() {
        ClientCall<Q, R> call;
        synchronized (lock) {
            wanted = true;
            call = attempt;
        }
        if (call != null) {
            call.request(1);
        }
    }

    @Override
    public void cancel() {
        ClientCall<Q, R> call;
        synchronized (lock) {
            cancelled = true;
            call = attempt;
        }
        if (call != null) {
            call.cancel("cancelled by the caller", null);
        }
    }

    private void send(int number, long deadlineNanos) {
        var call = transport.newCall(method, deadlineNanos);
        boolean ask;
        boolean stop;
        try {
            call.start(new Reply(number, deadlineNanos), new Metadata());
            call.sendMessage(request);
            call.halfClose();
        } catch (RuntimeException e) {
            // What the token supplier threw.
            call.cancel("not sent", e);
            throw e;
        }
        synchronized (lock) {
            // Started: only now may others ask or cancel.
            attempt = ended < number ? call : attempt;
            ask = wanted;
            stop = cancelled;
        }
        if (stop) {
            call.cancel("cancelled by the caller", null);
        } else if (ask) {
            call.request(1);
        }
    }

    private void failed(CallFailure failure, boolean began, long deadlineNanos) {
        long delay =
                began
                        ? -1
                        : transport.retryDelayNanos(
                                failure, Repeat.AFTER_UNKNOWN_OUTCOME, deadlineNanos);
        synchronized (lock) {
            attempt = null;
            ended = failure.attempts();
            if (cancelled) {
                delay = -1;
            }
        }
        if (delay < 0) {
            receiver.end(transport.exception(failure));
        } else {
            transport.after(delay).execute(() -> sendAgain(failure, deadlineNanos));
        }
    }

    private void sendAgain(CallFailure failure, long deadlineNanos) {
        boolean stop;
        synchronized (lock) {
            stop = cancelled;
        }
        if (stop) {
            receiver.end(transport.exception(failure));
            return;
        }
        try {
            send(failure.attempts() + 1, deadlineNanos);
        } catch (RuntimeException e) {
            receiver.end(e);
        }
    }

    /** Hears one attempt. */
    private final class Reply extends ClientCall.Listener<R> {
        private final int number;
        private final long deadlineNanos;
        private boolean began;

        Reply(int number, long deadlineNanos) {
            this.number = number;
            this.deadlineNanos = deadlineNanos;
        }

        @Override
        public void onMessage(R message) {
            began = true;
            synchronized (lock) {
                wanted = false;
            }
            receiver.message(message);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            if (status.isOk()) {
                receiver.end(null);
            } else {
                failed(CallFailure.of(status, trailers, number), began, deadlineNanos);
            }
        }
    }
}

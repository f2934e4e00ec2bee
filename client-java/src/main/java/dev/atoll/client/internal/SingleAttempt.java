package dev.atoll.client.internal;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** An attempt that is a gRPC call of its own. Thread-safe. */
final class SingleAttempt<Q, R> implements Attempt {
    private final ClientCall<Q, R> call;

    private SingleAttempt(ClientCall<Q, R> call) {
        this.call = call;
    }

    /** Sends the request. Throws what the token supplier throws. */
    static <Q, R> Attempt send(ClientCall<Q, R> call, Q request, AttemptEnd<R> end) {
        try {
            call.start(new Reply<>(end), new Metadata());
            call.request(1);
            call.sendMessage(request);
            call.halfClose();
        } catch (RuntimeException e) {
            call.cancel("not sent", e);
            throw e;
        }
        return new SingleAttempt<>(call);
    }

    @Override
    public void cancel() {
        call.cancel("cancelled by the caller", null);
    }

    private static final class Reply<R> extends ClientCall.Listener<R> {
        private final AttemptEnd<R> end;
        private @Nullable R message;

        Reply(AttemptEnd<R> end) {
            this.end = end;
        }

        @Override
        public void onMessage(R reply) {
            message = reply;
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            var reply = message;
            if (!status.isOk()) {
                end.failed(status, trailers);
            } else if (reply == null) {
                end.failed(Status.INTERNAL.withDescription("a reply without a message"), trailers);
            } else {
                end.replied(reply);
            }
        }
    }
}

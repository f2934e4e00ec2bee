package dev.atoll.node.rpc;

import dev.atoll.node.instance.Call;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.Reason;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How calls end. Thread-safe. */
final class Replies {
    private static final Logger LOG = LoggerFactory.getLogger(Replies.class);

    private Replies() {}

    /**
     * Sends the reply of a call when it is there, and abandons the call if the client goes away.
     */
    static <T, R> void answer(
            StreamObserver<R> observer, Supplier<Call<T>> submit, Function<T, R> toMessage) {
        Call<T> call;
        try {
            call = submit.get();
        } catch (RuntimeException e) {
            observer.onError(exception(e));
            return;
        }
        if (observer instanceof ServerCallStreamObserver<R> server) {
            server.setOnCancelHandler(call::abandon);
        }
        var _ =
                call.reply()
                        .whenComplete(
                                (value, error) -> {
                                    if (error == null) {
                                        observer.onNext(toMessage.apply(value));
                                        observer.onCompleted();
                                    } else {
                                        observer.onError(exception(error));
                                    }
                                });
    }

    /** What a call ends with for an error of any kind. */
    static StatusRuntimeException exception(Throwable error) {
        return switch (error) {
            case Failure failure -> FailureStatus.exception(failure);
            case StatusRuntimeException status -> status;
            case CompletionException wrapped when wrapped.getCause() != null ->
                    exception(wrapped.getCause());
            default -> {
                // Handled here and nowhere else: the caller learns that nobody knows.
                LOG.error("a call failed in a way that is a defect", error);
                yield FailureStatus.exception(
                        Failure.of(
                                Reason.OUTCOME_UNKNOWN,
                                "the node failed in a way that it should not; its log says more"));
            }
        };
    }

    /** Ends a call that this version does not answer. */
    static StatusRuntimeException unimplemented(String what) {
        return Status.UNIMPLEMENTED
                .withDescription(what + ": not available in this version")
                .asRuntimeException();
    }
}

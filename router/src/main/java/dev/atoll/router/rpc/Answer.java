package dev.atoll.router.rpc;

import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/** Ends calls that the router answers itself. Immutable. */
final class Answer {
    private Answer() {}

    /** Answers with what is computed, or with the failure it throws. */
    static <R> void with(StreamObserver<R> client, Supplier<R> computed) {
        R reply;
        try {
            reply = computed.get();
        } catch (Failure failure) {
            client.onError(FailureStatus.exception(failure));
            return;
        }
        client.onNext(reply);
        client.onCompleted();
    }
}

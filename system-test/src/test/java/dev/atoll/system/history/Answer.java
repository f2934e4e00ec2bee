package dev.atoll.system.history;

import dev.atoll.proto.v1.CallError;
import dev.atoll.system.harness.Refusal;
import dev.atoll.wire.Reason;
import io.grpc.StatusRuntimeException;

/** What a client knows after a call. Immutable. */
sealed interface Answer<T> {
    /** It was done, and this is what it says. */
    record Done<T>(T reply) implements Answer<T> {}

    /** It was undone for a reason of its own, which says something about the instance too. */
    record Refused<T>(Reason reason, String message) implements Answer<T> {}

    /** It was certainly not executed. */
    record NotExecuted<T>() implements Answer<T> {}

    /** It was executed or not. */
    record Unknown<T>() implements Answer<T> {}

    static <T> Answer<T> of(StatusRuntimeException error) {
        var refusal = Refusal.of(error);
        return of(refusal.reason(), refusal.message());
    }

    static <T> Answer<T> of(CallError error) {
        return of(error.getReason(), error.getMessage());
    }

    private static <T> Answer<T> of(String name, String message) {
        var reason = Reason.find(name);
        // A bare status means the same as OUTCOME_UNKNOWN.
        if (reason.isEmpty() || reason.get() == Reason.OUTCOME_UNKNOWN) {
            return new Unknown<>();
        }
        // "Undone" or "not executed".
        if (reason.get().neverExecuted() || reason.get() == Reason.STATEMENT_TIMEOUT) {
            return new NotExecuted<>();
        }
        return new Refused<>(reason.get(), message);
    }
}

package dev.atoll.system.crash;

import dev.atoll.system.harness.Refusal;
import dev.atoll.wire.Reason;
import io.grpc.StatusRuntimeException;

/** What a client knows of a call whose reply did not say that it was done. */
enum Sent {
    /** It was certainly not executed. */
    REFUSED,
    /** It was executed or not: the server is gone. */
    UNKNOWN;

    /** Throws the error again if it is neither: no crash explains it. */
    static Sent of(StatusRuntimeException error) {
        var reason = Reason.find(Refusal.of(error).reason());
        if (reason.isEmpty() || reason.get() == Reason.OUTCOME_UNKNOWN) {
            return UNKNOWN;
        }
        if (reason.get().neverExecuted()) {
            return REFUSED;
        }
        throw error;
    }
}

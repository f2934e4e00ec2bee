package dev.atoll.router.forward;

import dev.atoll.router.auth.Principal;
import dev.atoll.wire.Failure;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;

/**
 * What every call passes, for the calls of a Pipeline, which do not come one by one. Thread-safe;
 * never blocks.
 */
public interface Admission {
    /** Counts a call, to be left later; throws OVERLOADED if there are too many. */
    void enter();

    /** A call has ended. */
    void leave();

    /** Throws TOKEN_EXPIRED if the caller's token is good no more. */
    void checkToken(Principal caller);

    /** Ends with the principal of a token, or with a {@link Failure}. */
    CompletableFuture<Principal> authenticate(String token);

    /** Counts the end of a call; {@code method} is the name of the one it stands for. */
    void ended(String method, Status status, Metadata trailers, long nanos);
}

package dev.atoll.client.internal;

import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.Reason;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a call ended badly: with one of our reasons, or with a bare gRPC status, which means that
 * nobody knows whether it happened. Immutable.
 *
 * @param failure what the server said; null for a bare status
 * @param status the gRPC status
 * @param attempts how often the call was sent
 */
public record CallFailure(@Nullable Failure failure, Status status, int attempts) {
    static CallFailure of(Status status, @Nullable Metadata trailers, int attempts) {
        return new CallFailure(FailureStatus.find(status, trailers).orElse(null), status, attempts);
    }

    /** A call that was refused here, before it was sent. */
    public static CallFailure refused(Failure failure) {
        return new CallFailure(failure, FailureStatus.status(failure), 0);
    }

    /** The reason; OUTCOME_UNKNOWN for a bare status. */
    public Reason reason() {
        return failure == null ? Reason.OUTCOME_UNKNOWN : failure.reason();
    }

    /** The name of the gRPC status code. */
    public String code() {
        return status.getCode().name();
    }

    /** The text of the server, or of gRPC. */
    public String text() {
        if (failure != null) {
            return failure.message();
        }
        var description = status.getDescription();
        var cause = status.getCause();
        // gRPC says "io exception" and leaves what happened to the cause.
        return (description == null ? "no description" : description)
                + (cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage());
    }

    /** What the text says, for programs. */
    public Map<String, String> details() {
        return failure == null ? Map.of() : failure.details();
    }

    /** When to try again, if the server said so. */
    public Optional<Duration> retryAfter() {
        return failure == null ? Optional.empty() : failure.retryAfter();
    }

    /** Whether the same call may be sent again. */
    boolean repeatable(Repeat repeat) {
        if (failure != null && failure.reason() != Reason.OUTCOME_UNKNOWN) {
            return failure.reason().neverExecuted();
        }
        return switch (repeat) {
            case AFTER_UNKNOWN_OUTCOME -> failure != null || isBrokenConnection();
            case IF_NEVER_EXECUTED -> false;
        };
    }

    /** Bare statuses that another attempt may mend; the others would only come again. */
    private boolean isBrokenConnection() {
        return switch (status.getCode()) {
            case UNAVAILABLE, UNKNOWN, INTERNAL, CANCELLED, ABORTED -> true;
            default -> false; // gRPC's codes, not ours: all others are about the call itself
        };
    }
}

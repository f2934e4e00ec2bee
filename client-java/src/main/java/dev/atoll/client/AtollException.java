package dev.atoll.client;

import dev.atoll.client.internal.CallFailure;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A call failed. The {@link #reason()} says why, for programs; the message says it for people.
 * Immutable.
 */
public final class AtollException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final String code;
    private final transient Map<String, String> details;
    private final @Nullable Duration retryAfter;
    private final int attempts;

    private AtollException(CallFailure failure) {
        super(failure.reason() + " (" + failure.code() + "): " + failure.text());
        this.reason = failure.reason();
        this.code = failure.code();
        this.details = failure.details();
        this.retryAfter = failure.retryAfter().orElse(null);
        this.attempts = failure.attempts();
    }

    private AtollException(AtollException cause) {
        super(cause.getMessage(), cause);
        this.reason = cause.reason;
        this.code = cause.code;
        this.details = cause.details;
        this.retryAfter = cause.retryAfter;
        this.attempts = cause.attempts;
    }

    static AtollException of(CallFailure failure) {
        return new AtollException(failure);
    }

    /** What was refused before it was sent. */
    static AtollException of(Failure failure) {
        return of(CallFailure.refused(failure));
    }

    /** The thread that waited was interrupted; the call was cancelled on its way. */
    static AtollException interrupted(InterruptedException cause) {
        return of(
                CallFailure.refused(
                        Failure.of(
                                Reason.OUTCOME_UNKNOWN,
                                "interrupted while waiting for the reply",
                                cause)));
    }

    /** The same, with the stack of the thread that waited: the other one says nothing to it. */
    AtollException here() {
        return new AtollException(this);
    }

    /**
     * Why. OUTCOME_UNKNOWN also where no reason came: a broken connection, a deadline that passed
     * on the way.
     */
    public Reason reason() {
        return reason;
    }

    /** The name of the gRPC status code: {@code UNAVAILABLE}. */
    public String code() {
        return code;
    }

    /**
     * Whether the call may have been executed all the same. A read may simply be repeated; after a
     * write look what is there, or repeat it with the same {@link Transaction#requestId}.
     */
    public boolean outcomeUnknown() {
        return reason == Reason.OUTCOME_UNKNOWN;
    }

    /** What the message says, for programs; by the names the docs list. */
    public Map<String, String> details() {
        return details;
    }

    /** The index of the operation that failed, from 0; empty where it was not one of them. */
    public OptionalInt operation() {
        var index = details.get(Failure.OPERATION);
        return index != null && index.matches("\\d{1,9}")
                ? OptionalInt.of(Integer.parseInt(index))
                : OptionalInt.empty();
    }

    /** How long the server asked to wait. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** How often the call was sent; 0 if it was refused before. */
    public int attempts() {
        return attempts;
    }
}

package dev.atoll.wire;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The one exception: a call failed for a {@link Reason}, with details that carry what the text
 * says. Immutable.
 *
 * <p>Holds no stack trace unless it has a cause: it is an answer to a caller, not a defect.
 */
public final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The detail that holds the index of the operation that failed. */
    public static final String OPERATION = "operation";

    /** The detail of NOT_OWNER that holds the id of the node to ask instead. */
    public static final String OWNER = "owner";

    private final Reason reason;
    private final transient Map<String, String> details;
    private final @Nullable Duration retryAfter;

    private Failure(
            Reason reason,
            String message,
            Map<String, String> details,
            @Nullable Duration retryAfter,
            @Nullable Throwable cause) {
        super(message, cause, false, cause != null);
        this.reason = reason;
        this.details = Map.copyOf(details);
        this.retryAfter = retryAfter;
    }

    /** A failure with its text: what, the value, what was expected. */
    public static Failure of(Reason reason, String message) {
        return new Failure(reason, message, Map.of(), null, null);
    }

    /** A failure that another error led to. */
    public static Failure of(Reason reason, String message, Throwable cause) {
        return new Failure(reason, message, Map.of(), null, cause);
    }

    /** This node does not own the shard; {@code owner} is the node to ask, empty if unknown. */
    public static Failure notOwner(int shard, String owner) {
        return of(
                        Reason.NOT_OWNER,
                        "shard " + shard + " is not served here (owner: '" + owner + "')")
                .with("shard", Integer.toString(shard))
                .with(OWNER, owner);
    }

    /** A size, count or length is over its limit. */
    public static Failure limitExceeded(String limit, long value, long asked) {
        return of(
                        Reason.LIMIT_EXCEEDED,
                        limit + ": " + asked + " (expected: at most " + value + ")")
                .with("limit", limit)
                .with("value", Long.toString(value))
                .with("asked", Long.toString(asked));
    }

    /** A call came without a token, and it needs one. */
    public static Failure tokenMissing() {
        return of(
                Reason.TOKEN_MISSING,
                "authorization: missing (expected: 'Bearer ' and a JWT in the call's metadata)");
    }

    /** The same failure with one more detail. */
    public Failure with(String key, String value) {
        var more = new TreeMap<>(details);
        more.put(key, value);
        return new Failure(reason, message(), more, retryAfter, getCause());
    }

    /** The same failure, saying that it happened in the operation of this index, from 0. */
    public Failure inOperation(int index) {
        return with(OPERATION, Integer.toString(index));
    }

    /** The same failure, saying when to try again. */
    public Failure retryAfter(Duration delay) {
        return new Failure(reason, message(), details, delay, getCause());
    }

    public Reason reason() {
        return reason;
    }

    /** The text; never null. */
    public String message() {
        var message = getMessage();
        return message == null ? reason.name() : message;
    }

    /** What the text says, for programs. */
    public Map<String, String> details() {
        return details;
    }

    /** When to try again, if that is known. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}

package dev.atoll.wire;

import static dev.atoll.wire.ClientAction.AFTER_REFRESH;
import static dev.atoll.wire.ClientAction.BACK_OFF;
import static dev.atoll.wire.ClientAction.CALL_OPERATOR;
import static dev.atoll.wire.ClientAction.GET_TOKEN;
import static dev.atoll.wire.ClientAction.GIVE_UP;
import static dev.atoll.wire.ClientAction.RETRY;
import static dev.atoll.wire.ClientAction.RETRY_IF_SAFE;

import io.grpc.Status;
import java.util.Optional;

/**
 * Every way a call can fail: the {@code reason} of the {@code google.rpc.ErrorInfo}. Immutable.
 *
 * <p>Stable: names are never changed or given a new meaning.
 */
public enum Reason {
    INSTANCE_KEY_INVALID(Status.Code.INVALID_ARGUMENT, GIVE_UP),
    EMPTY_STATEMENT(Status.Code.INVALID_ARGUMENT, GIVE_UP),
    MULTIPLE_STATEMENTS(Status.Code.INVALID_ARGUMENT, GIVE_UP),
    SQL_ERROR(Status.Code.INVALID_ARGUMENT, GIVE_UP),
    PARAMETER_MISMATCH(Status.Code.INVALID_ARGUMENT, GIVE_UP),
    READ_ONLY(Status.Code.INVALID_ARGUMENT, GIVE_UP),
    VALIDATION_FAILED(Status.Code.INVALID_ARGUMENT, GIVE_UP),
    FILTER_INVALID(Status.Code.INVALID_ARGUMENT, GIVE_UP),
    PAGE_TOKEN_INVALID(Status.Code.INVALID_ARGUMENT, GIVE_UP),
    BOOKMARK_INVALID(Status.Code.INVALID_ARGUMENT, GIVE_UP),
    CONFIG_INVALID(Status.Code.INVALID_ARGUMENT, GIVE_UP),
    REQUEST_ID_REUSED(Status.Code.INVALID_ARGUMENT, GIVE_UP),
    REQUEST_ID_EXPIRED(Status.Code.INVALID_ARGUMENT, GIVE_UP),
    LIMIT_EXCEEDED(Status.Code.INVALID_ARGUMENT, GIVE_UP),

    TOKEN_MISSING(Status.Code.UNAUTHENTICATED, GET_TOKEN),
    TOKEN_INVALID(Status.Code.UNAUTHENTICATED, GET_TOKEN),
    TOKEN_EXPIRED(Status.Code.UNAUTHENTICATED, GET_TOKEN),

    CREATE_DENIED(Status.Code.PERMISSION_DENIED, GIVE_UP),
    RULE_DENIED(Status.Code.PERMISSION_DENIED, GIVE_UP),
    SCOPE_DENIED(Status.Code.PERMISSION_DENIED, GIVE_UP),
    STATEMENT_NOT_ALLOWED(Status.Code.PERMISSION_DENIED, GIVE_UP),

    NAMESPACE_NOT_FOUND(Status.Code.NOT_FOUND, GIVE_UP),
    INSTANCE_NOT_FOUND(Status.Code.NOT_FOUND, GIVE_UP),
    ROW_NOT_FOUND(Status.Code.NOT_FOUND, GIVE_UP),
    TABLE_NOT_FOUND(Status.Code.NOT_FOUND, GIVE_UP),

    UNIQUE_VIOLATION(Status.Code.ALREADY_EXISTS, GIVE_UP),
    INSTANCE_EXISTS(Status.Code.ALREADY_EXISTS, GIVE_UP),

    CONSTRAINT_VIOLATION(Status.Code.FAILED_PRECONDITION, GIVE_UP),
    EXPECTATION_FAILED(Status.Code.FAILED_PRECONDITION, GIVE_UP),
    INSTANCE_QUARANTINED(Status.Code.FAILED_PRECONDITION, CALL_OPERATOR),
    MIGRATION_FAILED(Status.Code.FAILED_PRECONDITION, CALL_OPERATOR),
    /** Between router and node only; never executed. */
    NOT_OWNER(Status.Code.FAILED_PRECONDITION, AFTER_REFRESH),

    OVERLOADED(Status.Code.RESOURCE_EXHAUSTED, BACK_OFF),
    RATE_LIMITED(Status.Code.RESOURCE_EXHAUSTED, BACK_OFF),
    INSTANCE_FULL(Status.Code.RESOURCE_EXHAUSTED, GIVE_UP),
    NODE_FULL(Status.Code.RESOURCE_EXHAUSTED, BACK_OFF),
    CONSUMER_TOO_SLOW(Status.Code.RESOURCE_EXHAUSTED, GIVE_UP),

    STATEMENT_TIMEOUT(Status.Code.DEADLINE_EXCEEDED, GIVE_UP),

    NODE_UNAVAILABLE(Status.Code.UNAVAILABLE, RETRY),
    SHUTTING_DOWN(Status.Code.UNAVAILABLE, RETRY),

    /** It may or may not have happened. */
    OUTCOME_UNKNOWN(Status.Code.UNKNOWN, RETRY_IF_SAFE),

    CORRUPTION(Status.Code.DATA_LOSS, CALL_OPERATOR);

    private final Status.Code code;
    private final ClientAction action;

    Reason(Status.Code code, ClientAction action) {
        this.code = code;
        this.action = action;
    }

    /** The gRPC status code it travels under. */
    public Status.Code code() {
        return code;
    }

    /** What the client may do. */
    public ClientAction action() {
        return action;
    }

    /** Whether a call that failed for this reason was certainly not executed. */
    public boolean neverExecuted() {
        return switch (action) {
            case BACK_OFF, RETRY, AFTER_REFRESH -> true;
            case GIVE_UP, GET_TOKEN, RETRY_IF_SAFE, CALL_OPERATOR -> false;
        };
    }

    /** The reason of that name; empty if a newer server sent one we do not know. */
    public static Optional<Reason> find(String name) {
        for (var reason : values()) {
            if (reason.name().equals(name)) {
                return Optional.of(reason);
            }
        }
        return Optional.empty();
    }
}

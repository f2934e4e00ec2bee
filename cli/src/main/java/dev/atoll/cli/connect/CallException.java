package dev.atoll.cli.connect;

import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.client.AtollException;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.Reason;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A call that failed, in words for the user, with the exit code that it means. Immutable. */
public final class CallException extends CommandException {
    private static final long serialVersionUID = 1L;

    private final @Nullable Reason reason;

    private CallException(ExitCode code, String message, @Nullable Reason reason) {
        super(code, message);
        this.reason = reason;
    }

    /** What the Java client says of a failed call. */
    public static CallException of(AtollException thrown) {
        // With a reason of the server's this would have another code: nobody was reached.
        boolean unreachable =
                thrown.outcomeUnknown() && thrown.code().equals(Status.Code.UNAVAILABLE.name());
        return new CallException(
                unreachable ? ExitCode.UNAVAILABLE : code(thrown.reason()),
                (unreachable ? "cannot reach the server: " : "") + thrown.getMessage(),
                thrown.reason());
    }

    static CallException of(StatusRuntimeException thrown, String endpoint) {
        var status = thrown.getStatus();
        var failure = FailureStatus.find(status, thrown.getTrailers());
        return failure.isPresent()
                ? new CallException(
                        code(failure.get().reason()),
                        failure.get().message() + " (" + failure.get().reason() + ")",
                        failure.get().reason())
                : new CallException(code(status), describe(status, endpoint), null);
    }

    /** Why; empty where the server did not say. */
    public Optional<Reason> reason() {
        return Optional.ofNullable(reason);
    }

    private static ExitCode code(Reason reason) {
        return switch (reason.action()) {
            case BACK_OFF, RETRY, AFTER_REFRESH -> ExitCode.UNAVAILABLE;
            case GET_TOKEN -> ExitCode.DENIED;
            case RETRY_IF_SAFE -> ExitCode.UNKNOWN;
            case CALL_OPERATOR -> ExitCode.DAMAGED;
            case GIVE_UP -> code(reason.code());
        };
    }

    private static ExitCode code(Status.Code code) {
        return switch (code) {
            case NOT_FOUND -> ExitCode.NOT_FOUND;
            case PERMISSION_DENIED, UNAUTHENTICATED -> ExitCode.DENIED;
            case ALREADY_EXISTS, FAILED_PRECONDITION -> ExitCode.CONFLICT;
            default -> ExitCode.FAILURE;
        };
    }

    /** A bare status comes from the connection, or from something that is not Atoll. */
    private static ExitCode code(Status status) {
        return switch (status.getCode()) {
            case UNAVAILABLE -> ExitCode.UNAVAILABLE;
            case UNIMPLEMENTED -> ExitCode.FAILURE;
            case DEADLINE_EXCEEDED, CANCELLED, UNKNOWN, INTERNAL -> ExitCode.UNKNOWN;
            default -> code(status.getCode());
        };
    }

    /** What follows is about the insides of the connection. */
    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    private static String describe(Status status, String endpoint) {
        var text = status.getDescription() == null ? "" : ": " + status.getDescription();
        return switch (status.getCode()) {
            case UNAVAILABLE -> "cannot reach " + endpoint + firstLine(text);
            case DEADLINE_EXCEEDED ->
                    "no answer from " + endpoint + " in time; it may have been done (--timeout)";
            case CANCELLED -> "cancelled; if it writes, it may have been done";
            case UNIMPLEMENTED -> "the server at " + endpoint + " cannot do that" + text;
            default -> status.getCode() + " from " + endpoint + text;
        };
    }
}

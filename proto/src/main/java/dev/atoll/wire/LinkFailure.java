package dev.atoll.wire;

import dev.atoll.proto.internal.v1.LinkError;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;

/** How failures travel on the link between router and node. Immutable. */
public final class LinkFailure {
    private LinkFailure() {}

    /** The form of a failure with a reason. */
    public static LinkError of(Failure failure) {
        var error =
                LinkError.newBuilder()
                        .setCode(failure.reason().code().value())
                        .setMessage(failure.message())
                        .setReason(failure.reason().name())
                        .putAllDetails(failure.details());
        failure.retryAfter().map(Duration::toMillis).ifPresent(error::setRetryAfterMillis);
        return error.build();
    }

    /** The form of what a call ended with, which may be a bare status. */
    public static LinkError of(StatusRuntimeException end) {
        return FailureStatus.find(end.getStatus(), end.getTrailers())
                .map(LinkFailure::of)
                .orElseGet(
                        () ->
                                LinkError.newBuilder()
                                        .setCode(end.getStatus().getCode().value())
                                        .setMessage(
                                                String.valueOf(end.getStatus().getDescription()))
                                        .build());
    }

    /** What to end a call with; a reason that this version does not know makes a bare status. */
    public static StatusRuntimeException exception(LinkError error) {
        return Reason.find(error.getReason())
                .map(reason -> FailureStatus.exception(failure(reason, error)))
                .orElseGet(
                        () ->
                                Status.fromCodeValue(error.getCode())
                                        .withDescription(error.getMessage())
                                        .asRuntimeException());
    }

    private static Failure failure(Reason reason, LinkError error) {
        var failure = Failure.of(reason, error.getMessage());
        for (var detail : error.getDetailsMap().entrySet()) {
            failure = failure.with(detail.getKey(), detail.getValue());
        }
        return error.getRetryAfterMillis() == 0
                ? failure
                : failure.retryAfter(Duration.ofMillis(error.getRetryAfterMillis()));
    }
}

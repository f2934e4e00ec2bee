package dev.atoll.wire;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Maps a {@link Failure} to a gRPC status with {@code google.rpc} details, and back. The only class
 * that builds a status for a reason. Immutable.
 */
public final class FailureStatus {
    /** The domain of every {@code ErrorInfo} of ours. */
    public static final String DOMAIN = "atoll.dev";

    private static final Metadata.Key<com.google.rpc.Status> DETAILS =
            Metadata.Key.of(
                    "grpc-status-details-bin",
                    ProtoUtils.metadataMarshaller(com.google.rpc.Status.getDefaultInstance()));

    private FailureStatus() {}

    /** The status code and text of a failure. */
    public static Status status(Failure failure) {
        return failure.reason().code().toStatus().withDescription(failure.message());
    }

    /** The trailers that carry the reason and details of a failure. */
    public static Metadata trailers(Failure failure) {
        var info =
                ErrorInfo.newBuilder()
                        .setDomain(DOMAIN)
                        .setReason(failure.reason().name())
                        .putAllMetadata(failure.details());
        var status =
                com.google.rpc.Status.newBuilder()
                        .setCode(failure.reason().code().value())
                        .setMessage(failure.message())
                        .addDetails(Any.pack(info.build()));
        failure.retryAfter()
                .ifPresent(
                        delay -> {
                            var proto =
                                    com.google.protobuf.Duration.newBuilder()
                                            .setSeconds(delay.getSeconds())
                                            .setNanos(delay.getNano());
                            status.addDetails(
                                    Any.pack(RetryInfo.newBuilder().setRetryDelay(proto).build()));
                        });
        var trailers = new Metadata();
        trailers.put(DETAILS, status.build());
        return trailers;
    }

    /** What to end a call with. */
    public static StatusRuntimeException exception(Failure failure) {
        return status(failure).asRuntimeException(trailers(failure));
    }

    /**
     * The failure that a status and its trailers carry; empty for a bare status, whose outcome is
     * unknown.
     */
    public static Optional<Failure> find(Status status, @Nullable Metadata trailers) {
        var details = trailers == null ? null : trailers.get(DETAILS);
        if (details == null) {
            return Optional.empty();
        }
        Failure failure = null;
        Duration delay = null;
        try {
            for (var any : details.getDetailsList()) {
                if (any.is(ErrorInfo.class)) {
                    failure = fromInfo(any.unpack(ErrorInfo.class), status);
                } else if (any.is(RetryInfo.class)) {
                    var proto = any.unpack(RetryInfo.class).getRetryDelay();
                    delay = Duration.ofSeconds(proto.getSeconds(), proto.getNanos());
                }
            }
        } catch (InvalidProtocolBufferException e) {
            // Details we cannot read are no details: the outcome is unknown.
            return Optional.empty();
        }
        if (failure != null && delay != null) {
            failure = failure.retryAfter(delay);
        }
        return Optional.ofNullable(failure);
    }

    private static @Nullable Failure fromInfo(ErrorInfo info, Status status) {
        var reason = Reason.find(info.getReason());
        if (!info.getDomain().equals(DOMAIN) || reason.isEmpty()) {
            return null;
        }
        var text = status.getDescription();
        var failure = Failure.of(reason.get(), text == null ? info.getReason() : text);
        for (var detail : info.getMetadataMap().entrySet()) {
            failure = failure.with(detail.getKey(), detail.getValue());
        }
        return failure;
    }
}

package dev.atoll.router.forward;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.atoll.proto.internal.v1.LinkMethod;
import dev.atoll.proto.v1.CallError;
import dev.atoll.proto.v1.PipelineRequest;
import dev.atoll.proto.v1.PipelineResponse;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/**
 * The messages of a Pipeline, read and written without touching the queries, mutations and replies
 * in them.
 */
final class PipelineMessage {
    private static final int CALL_ID = PipelineRequest.CALL_ID_FIELD_NUMBER << 3;
    private static final int QUERY = (PipelineRequest.QUERY_FIELD_NUMBER << 3) | 2;
    private static final int MUTATE = (PipelineRequest.MUTATE_FIELD_NUMBER << 3) | 2;
    private static final int REFRESH_TOKEN = (PipelineRequest.REFRESH_TOKEN_FIELD_NUMBER << 3) | 2;
    private static final int CANCEL = (PipelineRequest.CANCEL_FIELD_NUMBER << 3) | 2;
    private static final int TIMEOUT_MILLIS = PipelineRequest.TIMEOUT_MILLIS_FIELD_NUMBER << 3;

    private PipelineMessage() {}

    /** What a client sent, with the id of its call. */
    sealed interface Request {
        long callId();

        /** A Query or Mutate; a timeout of 0 is none. */
        record Call(long callId, LinkMethod method, Body body, long timeoutMillis)
                implements Request {}

        /** A newer token. */
        record RefreshToken(long callId, String token) implements Request {}

        /** Nobody waits for the call any more. */
        record Cancel(long callId) implements Request {}

        /** A message that cannot be understood, and why. */
        record Broken(long callId, String why) implements Request {}
    }

    /** Reads one; never throws for what a client may send. */
    static Request read(Body message, int bytesMax) {
        long callId = 0;
        long timeoutMillis = 0;
        Request request = new Request.Broken(0, "no call in it");
        try {
            message.check();
            var input = CodedInputStream.newInstance(message.bytes());
            for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
                switch (tag) {
                    case CALL_ID -> callId = input.readUInt64();
                    case TIMEOUT_MILLIS -> timeoutMillis = input.readUInt64();
                    case QUERY ->
                            request =
                                    new Request.Call(
                                            0,
                                            LinkMethod.LINK_METHOD_QUERY,
                                            Body.of(input.readByteArray(), bytesMax),
                                            0);
                    case MUTATE ->
                            request =
                                    new Request.Call(
                                            0,
                                            LinkMethod.LINK_METHOD_MUTATE,
                                            Body.of(input.readByteArray(), bytesMax),
                                            0);
                    case REFRESH_TOKEN ->
                            request = new Request.RefreshToken(0, input.readStringRequireUtf8());
                    case CANCEL -> {
                        input.skipField(tag);
                        request = new Request.Cancel(0);
                    }
                    default -> input.skipField(tag);
                }
            }
        } catch (IOException | Failure e) {
            request = new Request.Broken(0, String.valueOf(e.getMessage()));
        }
        return switch (request) {
            case Request.Call call ->
                    new Request.Call(callId, call.method(), call.body(), timeoutMillis);
            case Request.RefreshToken refresh -> new Request.RefreshToken(callId, refresh.token());
            case Request.Cancel _ -> new Request.Cancel(callId);
            case Request.Broken broken -> new Request.Broken(callId, broken.why());
        };
    }

    /** The reply of a call. */
    static byte[] reply(long callId, LinkMethod method, ByteString body) {
        int field =
                method == LinkMethod.LINK_METHOD_QUERY
                        ? PipelineResponse.QUERY_FIELD_NUMBER
                        : PipelineResponse.MUTATE_FIELD_NUMBER;
        var bytes =
                new byte
                        [CodedOutputStream.computeUInt64Size(
                                        PipelineResponse.CALL_ID_FIELD_NUMBER, callId)
                                + CodedOutputStream.computeBytesSize(field, body)];
        var output = CodedOutputStream.newInstance(bytes);
        try {
            output.writeUInt64(PipelineResponse.CALL_ID_FIELD_NUMBER, callId);
            // On the wire a message and the bytes of one are the same.
            output.writeBytes(field, body);
            output.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes;
    }

    /** The error of a call. */
    static byte[] error(long callId, StatusRuntimeException failure) {
        var error = CallError.newBuilder().setCode(failure.getStatus().getCode().value());
        var found = FailureStatus.find(failure.getStatus(), failure.getTrailers());
        if (found.isPresent()) {
            error.setReason(found.get().reason().name())
                    .setMessage(found.get().message())
                    .putAllDetails(found.get().details());
            found.get().retryAfter().map(Duration::toMillis).ifPresent(error::setRetryAfterMillis);
        } else {
            error.setMessage(String.valueOf(failure.getStatus().getDescription()));
        }
        return PipelineResponse.newBuilder()
                .setCallId(callId)
                .setError(error)
                .build()
                .toByteArray();
    }
}

package dev.atoll.wire;

import io.grpc.ForwardingServerCallListener;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Refuses requests that are not the message they should be. Left alone, gRPC ends such a call with
 * a bare status, which would mean that its outcome is unknown, and logs a stack trace for each.
 * Immutable.
 */
public final class ReadableBodies {
    private ReadableBodies() {}

    /** The service, whose calls end with VALIDATION_FAILED for a body that cannot be read. */
    public static ServerServiceDefinition of(ServerServiceDefinition service) {
        // Messages stay bytes until they have passed the interceptor, which hears what parsing
        // throws. Bytes and not gRPC's stream of them, which ends with the callback that brings it:
        // a call that waits for its caller to be verified is begun later.
        return ServerInterceptors.intercept(
                ServerInterceptors.useMarshalledMessages(service, new Bytes()), new Refusal());
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new Known(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Tells gRPC the length, so that it copies the bytes once only. */
    private static final class Known extends ByteArrayInputStream implements KnownLength {
        Known(byte[] bytes) {
            super(bytes);
        }
    }

    private static final class Refusal implements ServerInterceptor {
        @Override
        public <Q, P> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
            return new Reader<>(call, next.startCall(call, headers));
        }
    }

    private static final class Reader<Q>
            extends ForwardingServerCallListener.SimpleForwardingServerCallListener<Q> {
        private final ServerCall<Q, ?> call;
        private boolean refused;

        Reader(ServerCall<Q, ?> call, ServerCall.Listener<Q> listener) {
            super(listener);
            this.call = call;
        }

        @Override
        public void onMessage(Q message) {
            try {
                super.onMessage(message);
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() != Status.Code.INTERNAL) {
                    throw e;
                }
                refused = true;
                var cause = e.getCause() == null ? e : e.getCause();
                var failure =
                        Failure.of(
                                Reason.VALIDATION_FAILED,
                                "request: cannot be read: "
                                        + cause.getMessage()
                                        + " (expected: a "
                                        + call.getMethodDescriptor().getBareMethodName()
                                        + " request)");
                call.close(FailureStatus.status(failure), FailureStatus.trailers(failure));
            }
        }

        @Override
        public void onHalfClose() {
            // There is no request to run.
            if (!refused) {
                super.onHalfClose();
            }
        }
    }
}

package dev.atoll.router.forward;

import com.google.protobuf.ByteString;
import dev.atoll.wire.Failure;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** The encoded message of a call, unread; its bytes are never modified. Immutable. */
final class Body {
    private final byte[] bytes;
    private final int length;
    private final int bytesMax;

    private Body(byte[] bytes, int length, int bytesMax) {
        this.bytes = bytes;
        this.length = length;
        this.bytesMax = bytesMax;
    }

    /** A message that was inside another. */
    static Body of(byte[] message, int bytesMax) {
        return new Body(message, message.length, bytesMax);
    }

    /** A message that came from a node. */
    static Body of(ByteString message) {
        return new Body(message.toByteArray(), message.size(), Integer.MAX_VALUE);
    }

    /** The message; empty where it was over the limit. */
    byte[] bytes() {
        return bytes;
    }

    /** Throws LIMIT_EXCEEDED if the message was over the limit. */
    void check() {
        if (length > bytesMax) {
            throw Failure.limitExceeded("message-bytes-max", bytesMax, length);
        }
    }

    /**
     * Turns messages into bodies and back. A message over the limit becomes a body that says so,
     * since a marshaller that throws would leave the client with a bare status.
     */
    record Marshaller(int bytesMax) implements MethodDescriptor.Marshaller<Body> {
        @Override
        public InputStream stream(Body body) {
            return new BodyStream(body.bytes);
        }

        @Override
        public Body parse(InputStream stream) {
            try {
                if (stream instanceof KnownLength && stream.available() <= bytesMax) {
                    var exact = new byte[stream.available()];
                    return new Body(exact, stream.readNBytes(exact, 0, exact.length), bytesMax);
                }
                // One more than allowed: a compressed stream does not know its length beforehand.
                int readMax = bytesMax == Integer.MAX_VALUE ? bytesMax : bytesMax + 1;
                var bytes = stream.readNBytes(readMax);
                return bytes.length <= bytesMax
                        ? new Body(bytes, bytes.length, bytesMax)
                        : new Body(new byte[0], bytes.length + stream.available(), bytesMax);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Tells gRPC the length, and writes by itself, so that the bytes are copied once only. */
    private static final class BodyStream extends ByteArrayInputStream
            implements KnownLength, Drainable {
        BodyStream(byte[] bytes) {
            super(bytes);
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            return (int) transferTo(target);
        }
    }
}

package dev.atoll.node.sqlite;

import com.google.protobuf.ByteString;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * A request and what is remembered of it, as a commit's record and the sidecar carry it. Immutable.
 *
 * <pre>
 *  0  16  id
 * 16   2  bytes of the principal, then the principal, UTF-8
 *      2  bytes of the digest, then the digest
 *      2  bytes of the reply, then the reply
 * </pre>
 */
record RequestEntry(RequestTable.Request request, Remembered remembered) {
    private static final int FIXED_BYTES = 16 + 3 * Short.BYTES;

    /** As {@link #put} writes it, or a little more. */
    int bytesMax() {
        return FIXED_BYTES
                + 3 * request.principal().length()
                + remembered.digest().size()
                + remembered.reply().size();
    }

    void put(ByteBuffer out) {
        out.putLong(request.id().getMostSignificantBits())
                .putLong(request.id().getLeastSignificantBits());
        var principal = request.principal().getBytes(StandardCharsets.UTF_8);
        out.putShort((short) principal.length).put(principal);
        put(out, remembered.digest());
        put(out, remembered.reply());
    }

    private static void put(ByteBuffer out, ByteString bytes) {
        out.putShort((short) bytes.size());
        bytes.copyTo(out);
    }

    /** Throws IllegalArgumentException if it is cut off. */
    static RequestEntry read(ByteBuffer in) {
        try {
            var id = new UUID(in.getLong(), in.getLong());
            var principal = bytes(in).toStringUtf8();
            return new RequestEntry(
                    new RequestTable.Request(principal, id), new Remembered(bytes(in), bytes(in)));
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("a remembered request is cut off", e);
        }
    }

    private static ByteString bytes(ByteBuffer in) {
        int length = Short.toUnsignedInt(in.getShort());
        var bytes = ByteString.copyFrom(in.slice(in.position(), length));
        in.position(in.position() + length);
        return bytes;
    }
}

package dev.atoll.node.sqlite;

import com.google.protobuf.ByteString;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * A request and what is remembered of it, as commits' records, the sidecar and the table hold it.
 * Immutable.
 *
 * <pre>
 *  0  16  id
 * 16   2  bytes of the principal, then the principal, UTF-8
 *      2  bytes of the digest, then the digest
 *      4  bytes of the reply, then the reply
 * </pre>
 */
record RequestEntry(RequestTable.Request request, Remembered remembered) {
    private static final int FIXED_BYTES = 16 + 2 * Short.BYTES + Integer.BYTES;

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
        out.putShort((short) remembered.digest().size());
        remembered.digest().copyTo(out);
        out.putInt(remembered.reply().size());
        remembered.reply().copyTo(out);
    }

    /** Throws IllegalArgumentException if it is cut off. */
    static RequestEntry read(ByteBuffer in) {
        try {
            var id = new UUID(in.getLong(), in.getLong());
            var principal = bytes(in, Short.toUnsignedInt(in.getShort())).toStringUtf8();
            var digest = bytes(in, Short.toUnsignedInt(in.getShort()));
            var reply = bytes(in, in.getInt());
            return new RequestEntry(
                    new RequestTable.Request(principal, id), new Remembered(digest, reply));
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("a remembered request is cut off", e);
        }
    }

    private static ByteString bytes(ByteBuffer in, int length) {
        var bytes = ByteString.copyFrom(in.slice(in.position(), length));
        in.position(in.position() + length);
        return bytes;
    }
}

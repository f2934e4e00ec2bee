package dev.atoll.router.forward;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.io.IOException;

/**
 * Reads the instance key of a body: field 1 of every request that names an instance.
 *
 * <p>Whoever writes fields in order sends it first; other fields in front are skipped, not read. A
 * body that carries the field twice is read up to the first: the node parses the whole body and
 * refuses one whose key is not the one that was authorised here. Immutable.
 */
final class KeyInFront {
    private static final int FIELD = 1;

    private KeyInFront() {}

    /** The key; throws INSTANCE_KEY_INVALID. */
    static InstanceKey read(byte[] body) {
        try {
            var input = CodedInputStream.newInstance(body);
            for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
                if (tag == WireFormat.FieldType.MESSAGE.getWireType() + (FIELD << 3)) {
                    int length = input.readRawVarint32();
                    int start = input.getTotalBytesRead();
                    if (length < 0 || length > body.length - start) {
                        throw invalid("instance key: cut off (expected: " + length + " bytes)");
                    }
                    var key = CodedInputStream.newInstance(body, start, length);
                    return InstanceKey.of(dev.atoll.proto.v1.InstanceKey.parseFrom(key));
                }
                input.skipField(tag);
            }
        } catch (IOException e) {
            throw invalid(
                    "instance key: cannot be read: "
                            + e.getMessage()
                            + " (expected: an InstanceKey with UTF-8 texts in field 1)");
        }
        throw invalid("instance: missing (expected: an InstanceKey in field 1)");
    }

    private static Failure invalid(String message) {
        return Failure.of(Reason.INSTANCE_KEY_INVALID, message);
    }
}

package dev.atoll.wire;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Names one instance: {@code namespace:id}, or {@code namespace} alone for a single-instance
 * namespace. Immutable.
 *
 * <p>Keys are bytes: no case folding, no normalization, no decoding. Ordered by those bytes.
 *
 * @param namespace {@code [a-z][a-z0-9_-]{0,62}}
 * @param id 1 to 256 bytes of UTF-8 without {@code :} and control characters, not blank; empty for
 *     a single-instance namespace
 */
public record InstanceKey(String namespace, String id) implements Comparable<InstanceKey> {
    private static final int NAMESPACE_LENGTH_MAX = 63;
    private static final int ID_BYTES_MAX = 256;

    /** Throws INSTANCE_KEY_INVALID, saying which part and why. */
    public InstanceKey {
        checkNamespace(namespace);
        checkId(id);
    }

    /** Reads {@code namespace:id} or {@code namespace}; throws INSTANCE_KEY_INVALID. */
    public static InstanceKey parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            return new InstanceKey(text, "");
        }
        if (colon == text.length() - 1) {
            throw invalid("id", "", "1 to " + ID_BYTES_MAX + " bytes after the ':'");
        }
        return new InstanceKey(text.substring(0, colon), text.substring(colon + 1));
    }

    /** The domain form of a key on the wire; throws INSTANCE_KEY_INVALID. */
    public static InstanceKey of(dev.atoll.proto.v1.InstanceKey key) {
        return new InstanceKey(key.getNamespace(), key.getId());
    }

    /** The wire form. */
    public dev.atoll.proto.v1.InstanceKey toProto() {
        return dev.atoll.proto.v1.InstanceKey.newBuilder()
                .setNamespace(namespace)
                .setId(id)
                .build();
    }

    /** The bytes that are hashed, ordered and stored: the UTF-8 of {@link #toString()}. */
    public byte[] bytes() {
        return toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The key those bytes are; throws INSTANCE_KEY_INVALID, also where they are not UTF-8. */
    public static InstanceKey ofBytes(byte[] bytes) {
        try {
            var decoder = StandardCharsets.UTF_8.newDecoder();
            return parse(decoder.decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            throw invalid("key", ByteString.copyFrom(bytes).toString(), "UTF-8");
        }
    }

    @Override
    public int compareTo(InstanceKey other) {
        return java.util.Arrays.compareUnsigned(bytes(), other.bytes());
    }

    /** {@code namespace:id} or {@code namespace}. */
    @Override
    public String toString() {
        return id.isEmpty() ? namespace : namespace + ':' + id;
    }

    /** Throws INSTANCE_KEY_INVALID unless the text is a namespace. */
    public static void checkNamespace(String namespace) {
        boolean valid =
                !namespace.isEmpty()
                        && namespace.length() <= NAMESPACE_LENGTH_MAX
                        && isLetter(namespace.charAt(0));
        for (int i = 0; valid && i < namespace.length(); i++) {
            char c = namespace.charAt(i);
            valid = isLetter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
        }
        if (!valid) {
            throw invalid("namespace", namespace, "[a-z][a-z0-9_-]{0,62}");
        }
    }

    private static void checkId(String id) {
        if (id.isEmpty() || isPlain(id)) {
            return;
        }
        if (id.isBlank() || id.codePoints().allMatch(InstanceKey::isBlankCharacter)) {
            throw invalid("id", id, "not blank");
        }
        if (id.indexOf(':') >= 0) {
            throw invalid("id", id, "no ':'");
        }
        if (id.codePoints().anyMatch(InstanceKey::isControl)) {
            throw invalid("id", id, "no control characters");
        }
        if (id.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF)) {
            throw invalid("id", id, "UTF-8: no lone surrogates");
        }
        int length = id.getBytes(StandardCharsets.UTF_8).length;
        if (length > ID_BYTES_MAX) {
            throw invalid("id", length + " bytes", "at most " + ID_BYTES_MAX + " bytes");
        }
    }

    /** What nearly all ids are: short, visible ASCII. Every call checks keys several times. */
    private static boolean isPlain(String id) {
        if (id.length() > ID_BYTES_MAX) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if (c <= ' ' || c > '~' || c == ':') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z';
    }

    private static boolean isControl(int c) {
        return Character.getType(c) == Character.CONTROL;
    }

    private static boolean isBlankCharacter(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c);
    }

    private static Failure invalid(String part, String value, String expected) {
        return Failure.of(
                        Reason.INSTANCE_KEY_INVALID,
                        "instance "
                                + part
                                + ": '"
                                + printable(value)
                                + "' (expected: "
                                + expected
                                + ")")
                .with("part", part);
    }

    private static String printable(String text) {
        var printable = new StringBuilder();
        text.codePoints()
                .limit(80)
                .forEach(
                        c -> {
                            if (isControl(c) || (c >= 0xD800 && c <= 0xDFFF)) {
                                printable.append(String.format("\\u%04x", c));
                            } else {
                                printable.appendCodePoint(c);
                            }
                        });
        return printable.toString();
    }
}

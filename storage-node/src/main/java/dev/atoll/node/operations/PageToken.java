package dev.atoll.node.operations;

import com.google.protobuf.ByteString;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.TreeMap;

/**
 * Where a page begins: the values by which its order knows the last row of the page before, all of
 * which the caller was allowed to see. Immutable.
 *
 * <pre>
 * version    1 byte     1
 * question  16 bytes    the first of the SHA-256 of who asks what of which incarnation
 * values                each: a byte for its type, then
 *   0  NULL
 *   1  integer          8 bytes, big-endian
 *   2  real             8 bytes, as Double.doubleToLongBits has them
 *   3  text             length, 4 bytes, and UTF-8
 *   4  blob             length, 4 bytes, and bytes
 * </pre>
 *
 * in the letters of Base64 for URLs. The same question has the same token, on any node and after
 * any restart. A token that somebody made up leads to rows that the rules let him see, as any does.
 */
final class PageToken {
    private static final byte VERSION = 1;
    private static final int QUESTION_BYTES = 16;
    private static final byte NULL = 0;
    private static final byte INTEGER = 1;
    private static final byte REAL = 2;
    private static final byte TEXT = 3;
    private static final byte BLOB = 4;

    private final byte[] question;

    private PageToken(byte[] question) {
        this.question = question;
    }

    /** What the token of a page belongs to. */
    static PageToken of(RowCaller caller, long incarnation, Filter filter, String... rest) {
        var digest = sha256();
        add(digest, caller.name());
        add(digest, caller.context().instance().toString());
        add(digest, Long.toString(incarnation));
        add(digest, filter.text());
        new TreeMap<>(filter.arguments())
                .forEach(
                        (name, argument) -> {
                            add(digest, name);
                            add(digest, argument.type().word());
                            add(digest, encoded(List.of(argument.value())));
                        });
        for (var text : rest) {
            add(digest, text);
        }
        return new PageToken(Arrays.copyOf(digest.digest(), QUESTION_BYTES));
    }

    private static void add(MessageDigest digest, String text) {
        add(digest, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void add(MessageDigest digest, byte[] bytes) {
        // Or two lists of texts could run together into the same bytes.
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        digest.update(bytes);
    }

    /** The token of the page that comes after the row with those values. */
    String after(List<SqlValue> values) {
        var encoded = encoded(values);
        var bytes =
                ByteBuffer.allocate(1 + QUESTION_BYTES + encoded.length)
                        .put(VERSION)
                        .put(question)
                        .put(encoded);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /** The values of a token; throws PAGE_TOKEN_INVALID if it is of another question, or none. */
    List<SqlValue> read(String token, int count) {
        try {
            var bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(token));
            var asked = new byte[QUESTION_BYTES];
            byte version = bytes.get();
            bytes.get(asked);
            if (version != VERSION || !Arrays.equals(asked, question)) {
                throw invalid();
            }
            var values = new ArrayList<SqlValue>(count);
            for (int i = 0; i < count; i++) {
                values.add(value(bytes));
            }
            if (bytes.hasRemaining()) {
                throw invalid();
            }
            return values;
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            throw invalid();
        }
    }

    private static SqlValue value(ByteBuffer bytes) {
        return switch (bytes.get()) {
            case NULL -> SqlValue.NULL;
            case INTEGER -> SqlValue.of(bytes.getLong());
            case REAL -> SqlValue.of(Double.longBitsToDouble(bytes.getLong()));
            case TEXT -> SqlValue.of(new String(counted(bytes), StandardCharsets.UTF_8));
            case BLOB -> SqlValue.of(ByteString.copyFrom(counted(bytes)));
            default -> throw invalid();
        };
    }

    private static byte[] counted(ByteBuffer bytes) {
        int length = bytes.getInt();
        if (length < 0 || length > bytes.remaining()) {
            throw invalid();
        }
        var counted = new byte[length];
        bytes.get(counted);
        return counted;
    }

    private static byte[] encoded(List<SqlValue> values) {
        var output = new ByteArrayOutputStream();
        for (var value : values) {
            switch (value) {
                case SqlValue.Null _ -> output.write(NULL);
                case SqlValue.Integer64(long integer) -> {
                    output.write(INTEGER);
                    output.writeBytes(eight(integer));
                }
                case SqlValue.Real(double real) -> {
                    output.write(REAL);
                    output.writeBytes(eight(Double.doubleToLongBits(real)));
                }
                case SqlValue.Text(String text) -> {
                    output.write(TEXT);
                    counted(text.getBytes(StandardCharsets.UTF_8), output);
                }
                case SqlValue.Blob(ByteString bytes) -> {
                    output.write(BLOB);
                    counted(bytes.toByteArray(), output);
                }
            }
        }
        return output.toByteArray();
    }

    private static void counted(byte[] bytes, ByteArrayOutputStream output) {
        output.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        output.writeBytes(bytes);
    }

    private static byte[] eight(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static Failure invalid() {
        return Failure.of(
                Reason.PAGE_TOKEN_INVALID,
                "page_token: not of this question (expected: the next_page_token of the same"
                        + " caller's page before, with the same filter and order)");
    }
}

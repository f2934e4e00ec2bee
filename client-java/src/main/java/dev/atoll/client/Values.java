package dev.atoll.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.atoll.proto.v1.NullValue;
import dev.atoll.proto.v1.Value;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Values: from Java to the wire and back. Immutable. */
final class Values {
    private static final Value NULL = Value.newBuilder().setNull(NullValue.NULL_VALUE).build();

    private Values() {}

    /**
     * A value that the wire can carry, copied if it could change; else IllegalArgumentException.
     */
    static @Nullable Object checked(@Nullable Object value, String what) {
        return switch (value) {
            case null -> null;
            case Boolean b -> b;
            case Long n -> n;
            case Integer n -> n.longValue();
            case Short n -> n.longValue();
            case Byte n -> n.longValue();
            case Double n -> n;
            case Float n -> n.doubleValue();
            case String text -> checkedText(text, what);
            case byte[] bytes -> ByteString.copyFrom(bytes);
            case Instant moment -> checkedMoment(moment, what);
            case Json json -> json;
            case Enum<?> constant -> constant.name();
            default ->
                    throw new IllegalArgumentException(
                            what
                                    + ": "
                                    + value.getClass().getName()
                                    + " (expected: null, Boolean, Byte, Short, Integer, Long,"
                                    + " Float, Double, String, byte[], Instant, Json or an enum)");
        };
    }

    /** Text that UTF-8 can carry: half a surrogate pair would arrive as a question mark. */
    static String checkedText(String text, String what) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s: half a surrogate pair at %d (expected: text that has a"
                                        + " UTF-8 form)",
                                what,
                                i));
            }
        }
        return text;
    }

    private static Instant checkedMoment(Instant moment, String what) {
        if (moment.isBefore(Instant.parse("0001-01-01T00:00:00Z"))
                || moment.isAfter(Instant.parse("9999-12-31T23:59:59.999999999Z"))) {
            throw new IllegalArgumentException(
                    what + ": " + moment + " (expected: a year from 1 to 9999)");
        }
        return moment;
    }

    /** The wire form of what {@link #checked} gave. */
    static Value toProto(@Nullable Object value) {
        return switch (value) {
            case null -> NULL;
            case Boolean b -> Value.newBuilder().setBoolean(b).build();
            case Long n -> Value.newBuilder().setInteger(n).build();
            case Double n -> Value.newBuilder().setReal(n).build();
            case String text -> Value.newBuilder().setText(text).build();
            case ByteString bytes -> Value.newBuilder().setBlob(bytes).build();
            case Json json -> Value.newBuilder().setJson(json.text()).build();
            case Instant moment ->
                    Value.newBuilder()
                            .setTimestamp(
                                    Timestamp.newBuilder()
                                            .setSeconds(moment.getEpochSecond())
                                            .setNanos(moment.getNano()))
                            .build();
            default -> throw new IllegalStateException("unchecked value " + value.getClass());
        };
    }

    /** Null, Long, Double, String, ByteString, Boolean, Instant or Json. */
    static @Nullable Object ofProto(Value value) {
        return switch (value.getKindCase()) {
            case NULL, KIND_NOT_SET -> null;
            case BOOLEAN -> value.getBoolean();
            case INTEGER -> value.getInteger();
            case REAL -> value.getReal();
            case TEXT -> value.getText();
            case BLOB -> value.getBlob();
            case JSON -> new Json(value.getJson());
            case TIMESTAMP ->
                    Instant.ofEpochSecond(
                            value.getTimestamp().getSeconds(), value.getTimestamp().getNanos());
        };
    }

    /** The word for the kind of a value, in messages. */
    static String kind(@Nullable Object value) {
        return switch (value) {
            case null -> "NULL";
            case Boolean b -> "boolean";
            case Long n -> "integer";
            case Double n -> "real";
            case String text -> "text";
            case ByteString bytes -> "blob";
            case Instant moment -> "timestamp";
            case Json json -> "json";
            default -> throw new IllegalStateException("unknown value " + value.getClass());
        };
    }
}

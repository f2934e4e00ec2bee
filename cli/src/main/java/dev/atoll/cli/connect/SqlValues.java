package dev.atoll.cli.connect;

import com.google.protobuf.ByteString;
import dev.atoll.proto.v1.NullValue;
import dev.atoll.proto.v1.SqlStatement;
import dev.atoll.proto.v1.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Plain Java values on the wire, and back. Immutable. */
final class SqlValues {
    private SqlValues() {}

    static SqlStatement statement(String sql, List<? extends @Nullable Object> parameters) {
        var statement = SqlStatement.newBuilder().setSql(sql);
        parameters.forEach(parameter -> statement.addParameters(toProto(parameter)));
        return statement.build();
    }

    /** Null, Long, Double, text or bytes. */
    static @Nullable Object plain(Value value) {
        return switch (value.getKindCase()) {
            case NULL, KIND_NOT_SET -> null;
            case BOOLEAN -> value.getBoolean();
            case INTEGER -> value.getInteger();
            case REAL -> value.getReal();
            case TEXT -> value.getText();
            case BLOB -> value.getBlob().toByteArray();
            case JSON -> value.getJson();
            case TIMESTAMP ->
                    java.time.Instant.ofEpochSecond(
                                    value.getTimestamp().getSeconds(),
                                    value.getTimestamp().getNanos())
                            .toString();
        };
    }

    private static Value toProto(@Nullable Object value) {
        var proto = Value.newBuilder();
        return switch (value) {
            case null -> proto.setNull(NullValue.NULL_VALUE).build();
            case Long number -> proto.setInteger(number).build();
            case Double number -> proto.setReal(number).build();
            case String text -> proto.setText(text).build();
            case byte[] bytes -> proto.setBlob(ByteString.copyFrom(bytes)).build();
            default -> throw new IllegalStateException("no SQL value: " + value.getClass());
        };
    }
}

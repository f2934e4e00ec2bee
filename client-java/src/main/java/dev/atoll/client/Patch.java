package dev.atoll.client;

import dev.atoll.proto.v1.UpdateRow;
import dev.atoll.proto.v1.UpdateRows;
import dev.atoll.proto.v1.Value;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an update changes in a row: fields get values, and numbers get larger or smaller. Values are
 * those of {@link Sql}; null sets a field to NULL. Immutable.
 */
public final class Patch {
    private static final Patch NOTHING = new Patch(Map.of(), Map.of());

    private final Map<String, Value> fields;
    private final Map<String, Value> increments;

    private Patch(Map<String, Value> fields, Map<String, Value> increments) {
        this.fields = fields;
        this.increments = increments;
    }

    /** No change at all, to begin with. */
    public static Patch nothing() {
        return NOTHING;
    }

    /** Sets those fields. */
    public static Patch of(Map<String, ? extends @Nullable Object> fields) {
        return new Patch(Codec.fields(fields), Map.of());
    }

    /**
     * Sets every field that the record has a component for, those that are null or empty to NULL;
     * but for what nobody changes: {@code id}, {@code createdAt}, {@code updatedAt} and what is
     * computed.
     */
    public static Patch of(Record record) {
        var fields = RecordMapper.fields(record);
        fields.remove(Selected.ID);
        return of(fields);
    }

    /** The same, and sets one more field. */
    public Patch set(String field, @Nullable Object value) {
        return new Patch(with(fields, field, value), increments);
    }

    /**
     * The same, and adds to an integer or a real; NULL counts as 0. The sum is made by the server,
     * so that nothing is lost where many do it at once.
     */
    public Patch increment(String field, Number by) {
        return new Patch(fields, with(increments, field, by));
    }

    UpdateRow.Builder row() {
        return UpdateRow.newBuilder().putAllFields(fields).putAllIncrement(increments);
    }

    UpdateRows.Builder rows() {
        return UpdateRows.newBuilder().putAllFields(fields).putAllIncrement(increments);
    }

    private static Map<String, Value> with(
            Map<String, Value> values, String field, @Nullable Object value) {
        var more = new TreeMap<>(values);
        more.put(field, Codec.value(value, "field " + field));
        return Collections.unmodifiableMap(more);
    }

    /** The fields; never the values, which may be private. */
    @Override
    public String toString() {
        return "Patch[set " + fields.keySet() + ", increment " + increments.keySet() + "]";
    }
}

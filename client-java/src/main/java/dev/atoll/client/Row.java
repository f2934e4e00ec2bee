package dev.atoll.client;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One row of a result. Columns are named, or counted from 0. Immutable.
 *
 * <p>A value is read as what it is: {@code text} of an integer is an IllegalArgumentException, as
 * is a plain reader on NULL (ask {@link #isNull} or use a {@code find}). SQL has integers for
 * booleans and moments, declared tables have those themselves; both can be read. {@code real} also
 * reads an integer. A column that is not there is a NoSuchElementException.
 */
public final class Row {
    private final Columns columns;
    private final @Nullable Object[] values;

    Row(Columns columns, @Nullable Object[] values) {
        this.columns = columns;
        this.values = values;
    }

    /** How many columns. */
    public int size() {
        return values.length;
    }

    /** The columns, left to right. */
    public List<Column> columns() {
        return columns.list();
    }

    /** Whether the value is NULL. */
    public boolean isNull(String column) {
        return isNull(columns.index(column));
    }

    /** Whether the value is NULL. */
    public boolean isNull(int column) {
        return raw(column) == null;
    }

    /** A text. */
    public String text(String column) {
        return text(columns.index(column));
    }

    /** A text. */
    public String text(int column) {
        return read(column, String.class, "text");
    }

    /** A text; empty for NULL. */
    public Optional<String> findText(String column) {
        return isNull(column) ? Optional.empty() : Optional.of(text(column));
    }

    /** A text; empty for NULL. */
    public Optional<String> findText(int column) {
        return isNull(column) ? Optional.empty() : Optional.of(text(column));
    }

    /** A 64-bit integer. */
    public long integer(String column) {
        return integer(columns.index(column));
    }

    /** A 64-bit integer. */
    public long integer(int column) {
        return read(column, Long.class, "integer");
    }

    /** A 64-bit integer; empty for NULL. */
    public Optional<Long> findInteger(String column) {
        return isNull(column) ? Optional.empty() : Optional.of(integer(column));
    }

    /** A 64-bit integer; empty for NULL. */
    public Optional<Long> findInteger(int column) {
        return isNull(column) ? Optional.empty() : Optional.of(integer(column));
    }

    /** A floating-point number; also of an integer. */
    public double real(String column) {
        return real(columns.index(column));
    }

    /** A floating-point number; also of an integer. */
    public double real(int column) {
        return raw(column) instanceof Long n ? n : read(column, Double.class, "real");
    }

    /** A floating-point number; empty for NULL. */
    public Optional<Double> findReal(String column) {
        return isNull(column) ? Optional.empty() : Optional.of(real(column));
    }

    /** A floating-point number; empty for NULL. */
    public Optional<Double> findReal(int column) {
        return isNull(column) ? Optional.empty() : Optional.of(real(column));
    }

    /** Bytes; a copy of their own. */
    public byte[] blob(String column) {
        return blob(columns.index(column));
    }

    /** Bytes; a copy of their own. */
    public byte[] blob(int column) {
        return read(column, ByteString.class, "blob").toByteArray();
    }

    /** Bytes; empty for NULL. */
    public Optional<byte[]> findBlob(String column) {
        return isNull(column) ? Optional.empty() : Optional.of(blob(column));
    }

    /** Bytes; empty for NULL. */
    public Optional<byte[]> findBlob(int column) {
        return isNull(column) ? Optional.empty() : Optional.of(blob(column));
    }

    /** Whether it is so: of a boolean, or of 0 and 1, as SQL has it. */
    public boolean truth(String column) {
        return truth(columns.index(column));
    }

    /** Whether it is so: of a boolean, or of 0 and 1, as SQL has it. */
    public boolean truth(int column) {
        var value = raw(column);
        if (value instanceof Long n && (n == 0 || n == 1)) {
            return n == 1;
        }
        return read(column, Boolean.class, "0 or 1");
    }

    /** Whether it is so; empty for NULL. */
    public Optional<Boolean> findTruth(String column) {
        return isNull(column) ? Optional.empty() : Optional.of(truth(column));
    }

    /** Whether it is so; empty for NULL. */
    public Optional<Boolean> findTruth(int column) {
        return isNull(column) ? Optional.empty() : Optional.of(truth(column));
    }

    /** A moment: of a timestamp, or of microseconds since 1970 UTC, as SQL has it. */
    public Instant moment(String column) {
        return moment(columns.index(column));
    }

    /** A moment: of a timestamp, or of microseconds since 1970 UTC, as SQL has it. */
    public Instant moment(int column) {
        return raw(column) instanceof Long micros
                ? Instant.EPOCH.plus(micros, java.time.temporal.ChronoUnit.MICROS)
                : read(column, Instant.class, "integer of microseconds");
    }

    /** A moment; empty for NULL. */
    public Optional<Instant> findMoment(String column) {
        return isNull(column) ? Optional.empty() : Optional.of(moment(column));
    }

    /** A moment; empty for NULL. */
    public Optional<Instant> findMoment(int column) {
        return isNull(column) ? Optional.empty() : Optional.of(moment(column));
    }

    /** A JSON document, of a declared field; in an SQL result it is a text. */
    public Json json(String column) {
        return json(columns.index(column));
    }

    /** A JSON document, of a declared field; in an SQL result it is a text. */
    public Json json(int column) {
        return read(column, Json.class, "json");
    }

    /** A JSON document; empty for NULL. */
    public Optional<Json> findJson(String column) {
        return isNull(column) ? Optional.empty() : Optional.of(json(column));
    }

    /** A JSON document; empty for NULL. */
    public Optional<Json> findJson(int column) {
        return isNull(column) ? Optional.empty() : Optional.of(json(column));
    }

    /**
     * The value as it is: null, Long, Double, String or byte[]; of a declared field, also Boolean,
     * Instant or Json.
     */
    public @Nullable Object value(String column) {
        return value(columns.index(column));
    }

    /**
     * The value as it is: null, Long, Double, String or byte[]; of a declared field, also Boolean,
     * Instant or Json.
     */
    public @Nullable Object value(int column) {
        var value = raw(column);
        return value instanceof ByteString bytes ? bytes.toByteArray() : value;
    }

    /**
     * The row as a record, whose components are filled from the columns of the same name; {@code
     * firstName} also takes {@code first_name}. See {@link Rows#as}.
     */
    public <T extends Record> T as(Class<T> type) {
        return RecordMapper.of(type).map(this);
    }

    Columns names() {
        return columns;
    }

    /** Rows are equal if their values are. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Row row && Arrays.equals(values, row.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    /** {@code {id=1, name=Ada}}; blobs by their size. */
    @Override
    public String toString() {
        var text = new StringBuilder("{");
        for (int i = 0; i < values.length; i++) {
            var value = values[i];
            text.append(i == 0 ? "" : ", ").append(columns.list().get(i).name()).append('=');
            text.append(value instanceof ByteString b ? b.size() + " bytes" : value);
        }
        return text.append('}').toString();
    }

    private @Nullable Object raw(int column) {
        if (column < 0 || column >= values.length) {
            throw new NoSuchElementException(
                    "column " + column + " (expected: 0 to " + (values.length - 1) + ")");
        }
        return values[column];
    }

    private <T> T read(int column, Class<T> type, String expected) {
        var value = raw(column);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(
                    "column '"
                            + columns.list().get(column).name()
                            + "': "
                            + Values.kind(value)
                            + " (expected: "
                            + expected
                            + ")");
        }
        return type.cast(value);
    }
}

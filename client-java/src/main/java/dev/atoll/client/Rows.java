package dev.atoll.client;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Stream;

/** The rows of one statement, all in memory. Immutable. */
public final class Rows implements Iterable<Row> {
    private final Columns columns;
    private final List<Row> rows;
    private final String bookmark;
    private final Cost cost;

    Rows(Columns columns, List<Row> rows, String bookmark, Cost cost) {
        this.columns = columns;
        this.rows = List.copyOf(rows);
        this.bookmark = bookmark;
        this.cost = cost;
    }

    /** How many rows. */
    public int size() {
        return rows.size();
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /** The columns, left to right; also where there is no row. */
    public List<Column> columns() {
        return columns.list();
    }

    /** The row of that index, from 0. */
    public Row get(int index) {
        return rows.get(index);
    }

    /** The first row; empty if there is none. */
    public Optional<Row> first() {
        return rows.stream().findFirst();
    }

    /** The only row; NoSuchElementException if there is none or more than one. */
    public Row only() {
        if (rows.size() != 1) {
            throw new NoSuchElementException(rows.size() + " rows (expected: exactly one)");
        }
        return rows.getFirst();
    }

    /** The rows as a list. */
    public List<Row> list() {
        return rows;
    }

    /** The rows as a stream. */
    public Stream<Row> stream() {
        return rows.stream();
    }

    @Override
    public Iterator<Row> iterator() {
        return rows.iterator();
    }

    /**
     * Each row as a record, whose components are filled from the columns of the same name. Case and
     * underscores do not count where no name fits exactly: {@code firstName} takes {@code
     * first_name}. Columns without a component are left out; a component without a column, NULL for
     * a primitive and a number that does not fit are an IllegalArgumentException that says which.
     *
     * <p>Components may be numbers, {@code boolean}, {@code String}, {@code byte[]}, {@code
     * Instant}, {@code Json}, an enum (of its name), {@code Object}, or an {@code Optional} of
     * Long, Double, String or byte[]; of declared fields, also of Boolean, Instant or Json.
     * Booleans and moments that SQL has are numbers: 0 and 1, and microseconds since 1970 UTC.
     * {@link Field} gives a component another name.
     */
    public <T extends Record> List<T> as(Class<T> type) {
        var mapper = RecordMapper.of(type);
        return rows.stream().map(mapper::map).toList();
    }

    /** The commit that this answer is as new as; for {@link Instance#atLeast}. */
    public String bookmark() {
        return bookmark;
    }

    /** What the whole call cost. */
    public Cost cost() {
        return cost;
    }

    @Override
    public String toString() {
        return rows.toString();
    }
}

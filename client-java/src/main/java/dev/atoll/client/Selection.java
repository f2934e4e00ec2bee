package dev.atoll.client;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Some rows of a table: what a filter finds, in an order. To narrow it down gives another one;
 * nothing is asked before its rows are. Immutable.
 */
public final class Selection {
    private final AsyncSelection awaited;

    Selection(AsyncSelection awaited) {
        this.awaited = awaited;
    }

    /**
     * Those of these rows for which a filter is true, too: an expression in CEL over {@code row},
     * such as {@code row.amount > 10 && row.state in ['open', 'late']}.
     */
    public Selection where(String filter) {
        return new Selection(awaited.where(filter));
    }

    /**
     * The same, with values that the filter calls {@code args}: {@code where("row.amount >
     * args.min", Map.of("min", 10))}. Values from elsewhere go here, never into the filter's text.
     */
    public Selection where(String filter, Map<String, ? extends @Nullable Object> args) {
        return new Selection(awaited.where(filter, args));
    }

    /** The same rows in an order: {@code amount desc, title}; by id otherwise. */
    public Selection orderBy(String order) {
        return new Selection(awaited.orderBy(order));
    }

    /** The same rows, of which those fields are read; all if none is named. */
    public Selection fields(String... fields) {
        return new Selection(awaited.fields(fields));
    }

    /** The rows, however many; they are fetched as they are read. */
    public RowList list() {
        return new RowList(awaited.list());
    }

    /**
     * Those of these rows that hold a text, best first, however many: words, {@code "phrases"} and
     * {@code prefix*}es, all of them. The table has to declare which fields are searched.
     */
    public RowList search(String text) {
        return new RowList(awaited.search(text));
    }

    /**
     * The same, with {@code <mark>} and {@code </mark>} around what was found. Nothing else is
     * escaped.
     */
    public RowList searchHighlighted(String text) {
        return new RowList(awaited.searchHighlighted(text));
    }

    /** Fetches the first of the rows; empty if there is none. */
    public Optional<Row> first() {
        return Calls.await(awaited.first());
    }

    /** How many rows they are. */
    public long count() {
        return Calls.await(awaited.count());
    }

    /** Changes all of the rows that the caller may change, in one transaction. */
    public Mutation update(Patch patch) {
        return Calls.await(awaited.update(patch));
    }

    /** Sets those fields of all of the rows that the caller may change. */
    public Mutation update(Map<String, ? extends @Nullable Object> fields) {
        return Calls.await(awaited.update(fields));
    }

    /** Adds to a number of all of the rows that the caller may change. */
    public Mutation increment(String field, Number by) {
        return Calls.await(awaited.increment(field, by));
    }

    /** Removes all of the rows that the caller may remove, in one transaction. */
    public Mutation delete() {
        return Calls.await(awaited.delete());
    }
}

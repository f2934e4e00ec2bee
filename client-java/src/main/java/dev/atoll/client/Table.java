package dev.atoll.client;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One table of an instance, of those that its namespace declares. Users reach it under the rules of
 * that declaration: a row that they may not see is not there. Calls wait for their reply; {@link
 * AsyncTable} has the same calls without waiting. Thread-safe.
 *
 * <p>Fields are written by maps and by records. A map's values are those of {@link Sql}, and a
 * {@link Json} for a {@code json} field; a null in it is NULL. A record has a component for each
 * field that it knows, of the same name or with a {@link Field}. The node itself sets {@code
 * createdAt} and {@code updatedAt}: components of those names are read, and never sent.
 *
 * <p>Writes create the instance if it is not there and the caller may. What they give has the id of
 * the row: {@code table.insert(fields).id()}.
 */
public final class Table {
    private final AsyncTable awaited;

    Table(AsyncTable awaited) {
        this.awaited = awaited;
    }

    /** Its name. */
    public String name() {
        return awaited.name();
    }

    /**
     * Reads a row by its id; ROW_NOT_FOUND if there is none that the caller may see.
     *
     * @param fields those that are read; all if none is named
     */
    public Row get(String id, String... fields) {
        return Calls.await(awaited.get(id, fields));
    }

    /**
     * Reads a row by its id; empty if there is none that the caller may see.
     *
     * @param fields those that are read; all if none is named
     */
    public Optional<Row> find(String id, String... fields) {
        return Calls.await(awaited.find(id, fields));
    }

    /**
     * Adds a row. VALIDATION_FAILED names every field that is wrong; without an {@code id} it gets
     * one.
     */
    public Mutation insert(Map<String, ? extends @Nullable Object> fields) {
        return Calls.await(awaited.insert(fields));
    }

    /** Adds a row. What is null or empty in the record is left to the table's defaults. */
    public Mutation insert(Record row) {
        return Calls.await(awaited.insert(row));
    }

    /** Changes a row; ROW_NOT_FOUND if there is none that the caller may see. */
    public Mutation update(String id, Patch patch) {
        return Calls.await(awaited.update(id, patch));
    }

    /** Sets those fields of a row. */
    public Mutation update(String id, Map<String, ? extends @Nullable Object> fields) {
        return Calls.await(awaited.update(id, fields));
    }

    /**
     * Sets the row whose id is in the record to what the record says, as {@link Patch#of(Record)}
     * has it: what is null or empty becomes NULL.
     */
    public Mutation update(Record row) {
        return Calls.await(awaited.update(row));
    }

    /** Adds to a number of a row, as {@link Patch#increment}: {@code increment(id, "seen", 1)}. */
    public Mutation increment(String id, String field, Number by) {
        return Calls.await(awaited.increment(id, field, by));
    }

    /**
     * Adds a row, or sets those fields of the one that has its {@code id}; the others keep their
     * values.
     */
    public Mutation upsert(Map<String, ? extends @Nullable Object> fields) {
        return Calls.await(awaited.upsert(fields));
    }

    /** As {@link #upsert(Map)}. What is null or empty in the record is left out. */
    public Mutation upsert(Record row) {
        return Calls.await(awaited.upsert(row));
    }

    /** As {@link #upsert(Map)}, for the row that has the same value of another unique field. */
    public Mutation upsertBy(String uniqueField, Map<String, ? extends @Nullable Object> fields) {
        return Calls.await(awaited.upsertBy(uniqueField, fields));
    }

    /** As {@link #upsertBy(String, Map)}. What is null or empty in the record is left out. */
    public Mutation upsertBy(String uniqueField, Record row) {
        return Calls.await(awaited.upsertBy(uniqueField, row));
    }

    /** Removes a row; ROW_NOT_FOUND if there is none that the caller may see. */
    public Mutation delete(String id) {
        return Calls.await(awaited.delete(id));
    }

    /** All rows. Says so where all of them are changed: {@code table.all().delete()}. */
    public Selection all() {
        return new Selection(awaited.all());
    }

    /** The rows for which a filter is true; as {@link Selection#where(String)}. */
    public Selection where(String filter) {
        return all().where(filter);
    }

    /** The rows for which a filter is true; as {@link Selection#where(String, Map)}. */
    public Selection where(String filter, Map<String, ? extends @Nullable Object> args) {
        return all().where(filter, args);
    }

    /** All rows in an order; as {@link Selection#orderBy}. */
    public Selection orderBy(String order) {
        return all().orderBy(order);
    }

    /** All rows, by id; as {@link Selection#list}. */
    public RowList list() {
        return all().list();
    }

    /** The rows that hold a text; as {@link Selection#search}. */
    public RowList search(String text) {
        return all().search(text);
    }

    /** How many rows there are that the caller may see. */
    public long count() {
        return all().count();
    }

    /** {@code workspace:acme/invoices}. */
    @Override
    public String toString() {
        return awaited.toString();
    }
}

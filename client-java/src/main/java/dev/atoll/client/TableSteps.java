package dev.atoll.client;

import dev.atoll.client.Transaction.Step;
import dev.atoll.proto.v1.DeleteRow;
import dev.atoll.proto.v1.InsertRow;
import dev.atoll.proto.v1.UpsertRow;
import dev.atoll.proto.v1.Value;
import dev.atoll.proto.v1.WriteOperation;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds typed operations on a table to a mutation; each is described at {@link Table}. What they
 * gave is in the results of the {@link Mutation}, in order. One thread at a time.
 */
public final class TableSteps {
    private final Transaction transaction;
    private final Selected table;

    TableSteps(Transaction transaction, Selected table) {
        this.transaction = transaction;
        this.table = table;
    }

    /** As {@link Table#insert(Map)}. */
    public Step insert(Map<String, ? extends @Nullable Object> fields) {
        return insertAll(Codec.fields(fields));
    }

    /** As {@link Table#insert(Record)}. */
    public Step insert(Record row) {
        return insertAll(Codec.fieldsOfNew(row));
    }

    /** As {@link Table#update(String, Patch)}. */
    public Step update(String id, Patch patch) {
        return transaction.add(
                WriteOperation.newBuilder()
                        .setUpdate(
                                patch.row()
                                        .setTable(table.table())
                                        .setId(Values.checkedText(id, Selected.ID))));
    }

    /** As {@link Table#update(String, Map)}. */
    public Step update(String id, Map<String, ? extends @Nullable Object> fields) {
        return update(id, Patch.of(fields));
    }

    /** As {@link Table#update(Record)}. */
    public Step update(Record row) {
        if (RecordMapper.fields(row).get(Selected.ID) instanceof String id) {
            return update(id, Patch.of(row));
        }
        throw new IllegalArgumentException(
                "record "
                        + row.getClass().getName()
                        + ": no id (expected: a component 'id' with the id of a row)");
    }

    /** As {@link Table#increment}. */
    public Step increment(String id, String field, Number by) {
        return update(id, Patch.nothing().increment(field, by));
    }

    /** As {@link Table#upsert(Map)}. */
    public Step upsert(Map<String, ? extends @Nullable Object> fields) {
        return upsertAll("", Codec.fields(fields));
    }

    /** As {@link Table#upsert(Record)}. */
    public Step upsert(Record row) {
        return upsertAll("", Codec.fieldsOfNew(row));
    }

    /** As {@link Table#upsertBy(String, Map)}. */
    public Step upsertBy(String uniqueField, Map<String, ? extends @Nullable Object> fields) {
        return upsertAll(uniqueField, Codec.fields(fields));
    }

    /** As {@link Table#upsertBy(String, Record)}. */
    public Step upsertBy(String uniqueField, Record row) {
        return upsertAll(uniqueField, Codec.fieldsOfNew(row));
    }

    /** As {@link Table#delete}. */
    public Step delete(String id) {
        return transaction.add(
                WriteOperation.newBuilder()
                        .setDelete(
                                DeleteRow.newBuilder()
                                        .setTable(table.table())
                                        .setId(Values.checkedText(id, Selected.ID))));
    }

    /** As {@link Table#get}. */
    public Step get(String id, String... fields) {
        return transaction.add(WriteOperation.newBuilder().setGet(table.fields(fields).row(id)));
    }

    /** As {@link Table#count}. */
    public Step count() {
        return all().count();
    }

    /** All rows, to narrow down. */
    public SelectionSteps all() {
        return new SelectionSteps(transaction, table);
    }

    /** As {@link Table#where(String)}. */
    public SelectionSteps where(String filter) {
        return all().where(filter);
    }

    /** As {@link Table#where(String, Map)}. */
    public SelectionSteps where(String filter, Map<String, ? extends @Nullable Object> args) {
        return all().where(filter, args);
    }

    private Step insertAll(Map<String, Value> fields) {
        return transaction.add(
                WriteOperation.newBuilder()
                        .setInsert(
                                InsertRow.newBuilder()
                                        .setTable(table.table())
                                        .putAllFields(fields)));
    }

    private Step upsertAll(String uniqueField, Map<String, Value> fields) {
        return transaction.add(
                WriteOperation.newBuilder()
                        .setUpsert(
                                UpsertRow.newBuilder()
                                        .setTable(table.table())
                                        .putAllFields(fields)
                                        .setConflictField(
                                                Values.checkedText(uniqueField, "field"))));
    }
}

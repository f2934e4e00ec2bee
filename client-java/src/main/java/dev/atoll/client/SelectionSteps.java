package dev.atoll.client;

import dev.atoll.client.Transaction.Step;
import dev.atoll.proto.v1.WriteOperation;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds operations on the rows that a filter finds to a mutation; each is described at {@link
 * Selection}. One thread at a time.
 */
public final class SelectionSteps {
    private final Transaction transaction;
    private final Selected selected;

    SelectionSteps(Transaction transaction, Selected selected) {
        this.transaction = transaction;
        this.selected = selected;
    }

    /** As {@link Selection#where(String)}. */
    public SelectionSteps where(String filter) {
        return where(filter, Map.of());
    }

    /** As {@link Selection#where(String, Map)}. */
    public SelectionSteps where(String filter, Map<String, ? extends @Nullable Object> args) {
        return new SelectionSteps(transaction, selected.where(filter, args));
    }

    /** As {@link Selection#orderBy}. */
    public SelectionSteps orderBy(String order) {
        return new SelectionSteps(transaction, selected.orderBy(order));
    }

    /** As {@link Selection#fields}. */
    public SelectionSteps fields(String... fields) {
        return new SelectionSteps(transaction, selected.fields(fields));
    }

    /** Reads the first page of them; as {@link RowList#page(int)}. */
    public Step page(int size) {
        return page(size, "");
    }

    /** Reads a page of them; as {@link RowList#page(int, String)}. */
    public Step page(int size, String pageToken) {
        return transaction.add(WriteOperation.newBuilder().setList(selected.list(size, pageToken)));
    }

    /** As {@link Selection#count}. */
    public Step count() {
        return transaction.add(WriteOperation.newBuilder().setCount(selected.count()));
    }

    /** As {@link Selection#update(Patch)}. */
    public Step update(Patch patch) {
        return transaction.add(WriteOperation.newBuilder().setUpdateWhere(selected.update(patch)));
    }

    /** As {@link Selection#update(Map)}. */
    public Step update(Map<String, ? extends @Nullable Object> fields) {
        return update(Patch.of(fields));
    }

    /** As {@link Selection#increment}. */
    public Step increment(String field, Number by) {
        return update(Patch.nothing().increment(field, by));
    }

    /** As {@link Selection#delete}. */
    public Step delete() {
        return transaction.add(WriteOperation.newBuilder().setDeleteWhere(selected.delete()));
    }
}

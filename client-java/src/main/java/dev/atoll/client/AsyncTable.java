package dev.atoll.client;

import dev.atoll.client.Transaction.Step;
import dev.atoll.proto.v1.ReadOperation;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One table of an instance, with calls that do not wait: the counterpart of {@link Table}, where
 * each call is described. As to order and cancelling, see {@link AsyncInstance}. Thread-safe.
 */
public final class AsyncTable {
    private final AsyncInstance instance;
    private final Selected table;

    AsyncTable(AsyncInstance instance, Selected table) {
        this.instance = instance;
        this.table = table;
    }

    /** Its name. */
    public String name() {
        return table.table();
    }

    /** As {@link Table#get}. */
    public CompletableFuture<Row> get(String id, String... fields) {
        var get = ReadOperation.newBuilder().setGet(table.fields(fields).row(id)).build();
        return instance.read(get, reply -> Codec.page(reply).rows().only());
    }

    /** As {@link Table#find}. */
    public CompletableFuture<Optional<Row>> find(String id, String... fields) {
        return where("row.id == args.id", Map.of(Selected.ID, id)).fields(fields).first();
    }

    /** As {@link Table#insert(Map)}. */
    public CompletableFuture<Mutation> insert(Map<String, ? extends @Nullable Object> fields) {
        return write(steps -> steps.insert(fields));
    }

    /** As {@link Table#insert(Record)}. */
    public CompletableFuture<Mutation> insert(Record row) {
        return write(steps -> steps.insert(row));
    }

    /** As {@link Table#update(String, Patch)}. */
    public CompletableFuture<Mutation> update(String id, Patch patch) {
        return write(steps -> steps.update(id, patch));
    }

    /** As {@link Table#update(String, Map)}. */
    public CompletableFuture<Mutation> update(
            String id, Map<String, ? extends @Nullable Object> fields) {
        return write(steps -> steps.update(id, fields));
    }

    /** As {@link Table#update(Record)}. */
    public CompletableFuture<Mutation> update(Record row) {
        return write(steps -> steps.update(row));
    }

    /** As {@link Table#increment}. */
    public CompletableFuture<Mutation> increment(String id, String field, Number by) {
        return write(steps -> steps.increment(id, field, by));
    }

    /** As {@link Table#upsert(Map)}. */
    public CompletableFuture<Mutation> upsert(Map<String, ? extends @Nullable Object> fields) {
        return write(steps -> steps.upsert(fields));
    }

    /** As {@link Table#upsert(Record)}. */
    public CompletableFuture<Mutation> upsert(Record row) {
        return write(steps -> steps.upsert(row));
    }

    /** As {@link Table#upsertBy(String, Map)}. */
    public CompletableFuture<Mutation> upsertBy(
            String uniqueField, Map<String, ? extends @Nullable Object> fields) {
        return write(steps -> steps.upsertBy(uniqueField, fields));
    }

    /** As {@link Table#upsertBy(String, Record)}. */
    public CompletableFuture<Mutation> upsertBy(String uniqueField, Record row) {
        return write(steps -> steps.upsertBy(uniqueField, row));
    }

    /** As {@link Table#delete}. */
    public CompletableFuture<Mutation> delete(String id) {
        return write(steps -> steps.delete(id));
    }

    /** As {@link Table#all}. */
    public AsyncSelection all() {
        return new AsyncSelection(instance, table);
    }

    /** As {@link Table#where(String)}. */
    public AsyncSelection where(String filter) {
        return all().where(filter);
    }

    /** As {@link Table#where(String, Map)}. */
    public AsyncSelection where(String filter, Map<String, ? extends @Nullable Object> args) {
        return all().where(filter, args);
    }

    /** As {@link Table#orderBy}. */
    public AsyncSelection orderBy(String order) {
        return all().orderBy(order);
    }

    /** As {@link Table#list}. */
    public AsyncRowList list() {
        return all().list();
    }

    /** As {@link Table#search}. */
    public AsyncRowList search(String text) {
        return all().search(text);
    }

    /** As {@link Table#count}. */
    public CompletableFuture<Long> count() {
        return all().count();
    }

    @Override
    public String toString() {
        return instance.key() + "/" + name();
    }

    private CompletableFuture<Mutation> write(Function<TableSteps, Step> operation) {
        return instance.mutate(
                transaction -> {
                    var _ = operation.apply(new TableSteps(transaction, table));
                });
    }
}

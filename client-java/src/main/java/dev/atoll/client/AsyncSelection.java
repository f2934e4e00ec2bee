package dev.atoll.client;

import dev.atoll.client.Transaction.Step;
import dev.atoll.proto.v1.ReadOperation;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Some rows of a table, with calls that do not wait: the counterpart of {@link Selection}, where
 * each call is described. Immutable.
 */
public final class AsyncSelection {
    private final AsyncInstance instance;
    private final Selected selected;

    AsyncSelection(AsyncInstance instance, Selected selected) {
        this.instance = instance;
        this.selected = selected;
    }

    /** As {@link Selection#where(String)}. */
    public AsyncSelection where(String filter) {
        return where(filter, Map.of());
    }

    /** As {@link Selection#where(String, Map)}. */
    public AsyncSelection where(String filter, Map<String, ? extends @Nullable Object> args) {
        return new AsyncSelection(instance, selected.where(filter, args));
    }

    /** As {@link Selection#orderBy}. */
    public AsyncSelection orderBy(String order) {
        return new AsyncSelection(instance, selected.orderBy(order));
    }

    /** As {@link Selection#fields}. */
    public AsyncSelection fields(String... fields) {
        return new AsyncSelection(instance, selected.fields(fields));
    }

    /** As {@link Selection#list}. */
    public AsyncRowList list() {
        return new AsyncRowList(instance, selected.pages());
    }

    /** As {@link Selection#search}. */
    public AsyncRowList search(String text) {
        return new AsyncRowList(instance, selected.search(text, false));
    }

    /** As {@link Selection#searchHighlighted}. */
    public AsyncRowList searchHighlighted(String text) {
        return new AsyncRowList(instance, selected.search(text, true));
    }

    /** As {@link Selection#first}. */
    public CompletableFuture<Optional<Row>> first() {
        return list().first();
    }

    /** As {@link Selection#count}. */
    public CompletableFuture<Long> count() {
        return instance.read(
                ReadOperation.newBuilder().setCount(selected.count()).build(),
                reply -> reply.getResults(0).getCount());
    }

    /** As {@link Selection#update(Patch)}. */
    public CompletableFuture<Mutation> update(Patch patch) {
        return write(steps -> steps.update(patch));
    }

    /** As {@link Selection#update(Map)}. */
    public CompletableFuture<Mutation> update(Map<String, ? extends @Nullable Object> fields) {
        return write(steps -> steps.update(fields));
    }

    /** As {@link Selection#increment}. */
    public CompletableFuture<Mutation> increment(String field, Number by) {
        return write(steps -> steps.increment(field, by));
    }

    /** As {@link Selection#delete}. */
    public CompletableFuture<Mutation> delete() {
        return write(SelectionSteps::delete);
    }

    private CompletableFuture<Mutation> write(Function<SelectionSteps, Step> operation) {
        return instance.mutate(
                transaction -> {
                    var _ = operation.apply(new SelectionSteps(transaction, selected));
                });
    }
}

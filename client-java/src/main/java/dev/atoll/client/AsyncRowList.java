package dev.atoll.client;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a table, with calls that do not wait: the counterpart of {@link RowList}, where each call
 * is described. Thread-safe.
 */
public final class AsyncRowList {
    /** What servers take for a page of no said size. */
    private static final int PAGE_SIZE = 100;

    private final AsyncInstance instance;
    private final Selected.Pages pages;
    private final int pageSize;

    AsyncRowList(AsyncInstance instance, Selected.Pages pages) {
        this(instance, pages, PAGE_SIZE);
    }

    private AsyncRowList(AsyncInstance instance, Selected.Pages pages, int pageSize) {
        this.instance = instance;
        this.pages = pages;
        this.pageSize = pageSize;
    }

    /** As {@link RowList#inPagesOf}. */
    public AsyncRowList inPagesOf(int size) {
        return new AsyncRowList(instance, pages, Selected.checkedSize(size));
    }

    /** As {@link RowList#page(int)}. */
    public CompletableFuture<RowPage> page(int size) {
        return page(size, "");
    }

    /** As {@link RowList#page(int, String)}. */
    public CompletableFuture<RowPage> page(int size, String pageToken) {
        return instance.read(pages.page(size, pageToken), Codec::page);
    }

    /** As {@link RowList#first}. */
    public CompletableFuture<Optional<Row>> first() {
        return instance.read(pages.page(1, ""), reply -> Codec.page(reply).rows().first());
    }

    /**
     * Hands every row to a consumer, one at a time and in order; the next page is fetched when it
     * has taken the last. The future completes after the last row; it fails with what the consumer
     * throws, or with what a call fails with. To cancel it ends the reading.
     */
    public CompletableFuture<@Nullable Void> forEach(Consumer<? super Row> consumer) {
        return new Reading(consumer).start();
    }

    int pageSize() {
        return pageSize;
    }

    /** Reads page after page. One thread at a time: each page begins the next. */
    private final class Reading {
        private final Consumer<? super Row> consumer;
        private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();

        Reading(Consumer<? super Row> consumer) {
            this.consumer = consumer;
        }

        CompletableFuture<@Nullable Void> start() {
            fetch("");
            return end;
        }

        private void fetch(String pageToken) {
            var page = page(pageSize, pageToken);
            // The cancelling of what is given to the caller reaches the call that is under way.
            var _ = end.whenComplete((_, _) -> page.cancel(true));
            var _ = page.whenComplete(this::read);
        }

        private void read(@Nullable RowPage page, @Nullable Throwable failure) {
            if (page == null) {
                end.completeExceptionally(
                        failure == null ? new IllegalStateException("no page") : failure);
                return;
            }
            try {
                for (var row : page.rows()) {
                    if (end.isDone()) {
                        return;
                    }
                    consumer.accept(row);
                }
                if (page.isLast()) {
                    end.complete(null);
                } else if (!end.isDone()) {
                    fetch(page.nextPageToken());
                }
            } catch (Throwable e) { // Whatever it is, somebody waits to hear of it.
                end.completeExceptionally(e);
            }
        }
    }
}

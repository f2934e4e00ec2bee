package dev.atoll.client;

import dev.atoll.proto.v1.ReadOperation;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds typed reads of one table to several that are sent together; each is described at {@link
 * Table} or {@link Selection}. One thread at a time.
 */
public final class TableReads {
    private final Reads reads;
    private final Selected selected;

    TableReads(Reads reads, Selected selected) {
        this.reads = reads;
        this.selected = selected;
    }

    /**
     * Reads a row by its id; ROW_NOT_FOUND if there is none that the caller may see, and then none
     * of the reads gives anything.
     */
    public void get(String id) {
        reads.add(ReadOperation.newBuilder().setGet(selected.row(id)).build());
    }

    /** As {@link Selection#where(String)}. */
    public TableReads where(String filter) {
        return where(filter, Map.of());
    }

    /** As {@link Selection#where(String, Map)}. */
    public TableReads where(String filter, Map<String, ? extends @Nullable Object> args) {
        return new TableReads(reads, selected.where(filter, args));
    }

    /** As {@link Selection#orderBy}. */
    public TableReads orderBy(String order) {
        return new TableReads(reads, selected.orderBy(order));
    }

    /** As {@link Selection#fields}. */
    public TableReads fields(String... fields) {
        return new TableReads(reads, selected.fields(fields));
    }

    /** Reads the first page of the rows; as {@link RowList#page(int)}. */
    public void page(int size) {
        page(size, "");
    }

    /** Reads a page of the rows; as {@link RowList#page(int, String)}. */
    public void page(int size, String pageToken) {
        reads.add(selected.pages().page(size, pageToken));
    }

    /** Reads the first page of those of the rows that hold a text; as {@link Selection#search}. */
    public void search(String text, int size) {
        reads.add(selected.search(text, false).page(size, ""));
    }

    /** Counts the rows; as {@link Selection#count}. */
    public void count() {
        reads.add(ReadOperation.newBuilder().setCount(selected.count()).build());
    }
}

package dev.atoll.client;

import dev.atoll.client.internal.MessageStream;
import dev.atoll.proto.v1.QueryStreamResponse;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one statement as they come: at most two messages of them are in memory here, and the
 * server runs no further ahead than flow control lets it. Read once; close it, which stops a query
 * that is not at its end. One thread at a time.
 */
public final class RowStream implements Iterable<Row>, AutoCloseable {
    // Never holds more than the one message asked for and the end.
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Queue<Row> rows = new ArrayDeque<>();
    private @Nullable MessageStream<QueryStreamResponse> messages;
    private @Nullable Columns columns;
    private String bookmark = "";
    private @Nullable Cost cost;
    private boolean iterated;
    private boolean ended;
    private boolean closed;

    private RowStream() {}

    static RowStream open(AsyncInstance instance, Sql sql) {
        var stream = new RowStream();
        var messages = instance.stream(sql, stream.new Receiver());
        stream.messages = messages;
        messages.request();
        return stream;
    }

    /** The columns, left to right; waits for them. */
    public List<Column> columns() {
        while (columns == null && !ended) {
            takeMessage();
        }
        if (columns == null) {
            throw new IllegalStateException("the stream ended before its columns came");
        }
        return columns.list();
    }

    /** The rows; may be called once. */
    @Override
    public Iterator<Row> iterator() {
        if (iterated) {
            throw new IllegalStateException("the stream was read already; run the query again");
        }
        iterated = true;
        return new Rest();
    }

    /** The rows as a stream; may be called once. Closing it closes this too. */
    public Stream<Row> stream() {
        return StreamSupport.stream(spliterator(), false).onClose(this::close);
    }

    /** The commit that the rows are as new as; known once all were read. */
    public Optional<String> bookmark() {
        return bookmark.isEmpty() ? Optional.empty() : Optional.of(bookmark);
    }

    /** What it cost; known once all were read. */
    public Optional<Cost> cost() {
        return Optional.ofNullable(cost);
    }

    /** Stops the query if it is not at its end. May be called twice. */
    @Override
    public void close() {
        closed = true;
        if (!ended && messages != null) {
            messages.cancel();
        }
    }

    private void takeMessage() {
        if (closed) {
            throw new IllegalStateException("the stream is closed");
        }
        try {
            switch (events.take()) {
                case Event.Message(var message) -> {
                    // The next one travels while this one is read.
                    if (messages != null) {
                        messages.request();
                    }
                    read(message);
                }
                case Event.Failed(var failure) -> {
                    ended = true;
                    throw failure instanceof AtollException e ? e.here() : failure;
                }
                case Event.Complete() -> ended = true;
            }
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw AtollException.interrupted(e);
        }
    }

    private void read(QueryStreamResponse message) {
        switch (message.getPartCase()) {
            case COLUMNS -> columns = Codec.columns(message.getColumns().getColumnsList());
            case ROWS -> {
                var known = columns;
                if (known == null) {
                    throw new IllegalStateException("rows came before their columns");
                }
                message.getRows().getRowsList().forEach(row -> rows.add(Codec.row(known, row)));
            }
            case END -> {
                bookmark = message.getEnd().getBookmark();
                cost = Codec.cost(message.getEnd().getStats());
            }
            case PART_NOT_SET -> {
                // A part that a newer server has and this client does not know.
            }
        }
    }

    private sealed interface Event {
        record Message(QueryStreamResponse message) implements Event {}

        record Failed(RuntimeException failure) implements Event {}

        record Complete() implements Event {}
    }

    /** Hands on to the reading thread. */
    private final class Receiver implements MessageStream.Receiver<QueryStreamResponse> {
        @Override
        public void message(QueryStreamResponse message) {
            events.add(new Event.Message(message));
        }

        @Override
        public void end(@Nullable RuntimeException failure) {
            events.add(failure == null ? new Event.Complete() : new Event.Failed(failure));
        }
    }

    private final class Rest implements Iterator<Row> {
        @Override
        public boolean hasNext() {
            while (rows.isEmpty() && !ended) {
                takeMessage();
            }
            return !rows.isEmpty();
        }

        @Override
        public Row next() {
            if (!hasNext()) {
                throw new NoSuchElementException("no more rows");
            }
            return rows.remove();
        }
    }
}

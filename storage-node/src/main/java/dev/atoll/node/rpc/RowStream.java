package dev.atoll.node.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.atoll.node.instance.Call;
import dev.atoll.node.sqlite.RowSink;
import dev.atoll.node.sqlite.SqlColumn;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.proto.v1.CallStats;
import dev.atoll.proto.v1.ColumnList;
import dev.atoll.proto.v1.QueryStreamEnd;
import dev.atoll.proto.v1.QueryStreamResponse;
import dev.atoll.proto.v1.RowChunk;
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.List;

/**
 * Sends the rows of one query in chunks, and holds the query back while the client does not read.
 * Rows come from the lane; readiness and cancellation from gRPC's threads. Thread-safe.
 */
final class RowStream implements RowSink {
    /**
     * Large enough that a message's own cost does not count, small beside a flow-control window.
     */
    private static final int CHUNK_BYTES = 32 * 1024;

    private final ServerCallStreamObserver<QueryStreamResponse> observer;
    private final Duration stallMax;

    @GuardedBy("this")
    private boolean ended;

    // Of the lane's thread alone.
    private RowChunk.Builder chunk = RowChunk.newBuilder();
    private long chunkBytes;
    private long count;
    private String bookmark = "";

    RowStream(ServerCallStreamObserver<QueryStreamResponse> observer, Duration stallMax) {
        this.observer = observer;
        this.stallMax = stallMax;
        observer.setOnReadyHandler(this::wake);
    }

    /** Ends the stream when the call ends, and the call when the client goes away. */
    void serve(Call<CallStats> call) {
        observer.setOnCancelHandler(
                () -> {
                    call.abandon();
                    wake();
                });
        var _ =
                call.reply()
                        .whenComplete(
                                (stats, error) -> {
                                    if (error == null) {
                                        end(stats);
                                    } else {
                                        end(error);
                                    }
                                });
    }

    @Override
    public void columns(List<SqlColumn> columns) {
        var list = ColumnList.newBuilder();
        columns.forEach(column -> list.addColumns(Messages.column(column)));
        send(QueryStreamResponse.newBuilder().setColumns(list).build());
    }

    @Override
    public void row(List<SqlValue> values) {
        var row = Messages.row(values);
        chunk.addRows(row);
        chunkBytes += row.getSerializedSize();
        count++;
        if (chunkBytes >= CHUNK_BYTES) {
            flush();
        }
    }

    void bookmark(Bookmark newest) {
        flush();
        bookmark = newest.toString();
    }

    long count() {
        return count;
    }

    private void flush() {
        if (chunk.getRowsCount() > 0) {
            send(QueryStreamResponse.newBuilder().setRows(chunk).build());
            chunk = RowChunk.newBuilder();
            chunkBytes = 0;
        }
    }

    private synchronized void send(QueryStreamResponse message) {
        long end = System.nanoTime() + stallMax.toNanos();
        while (!ended && !observer.isCancelled() && !observer.isReady()) {
            long left = Duration.ofNanos(end - System.nanoTime()).toMillis();
            if (left <= 0) {
                throw Failure.of(
                        Reason.CONSUMER_TOO_SLOW,
                        "the client read nothing for "
                                + stallMax
                                + " (expected: a client that"
                                + " reads on; the lane was held meanwhile)");
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                throw new IllegalStateException("a lane's thread was interrupted", e);
            }
        }
        if (ended || observer.isCancelled()) {
            throw Failure.of(Reason.STATEMENT_TIMEOUT, "the call ended before its rows did");
        }
        observer.onNext(message);
    }

    private synchronized void wake() {
        notifyAll();
    }

    private synchronized void end(CallStats stats) {
        if (!ended) {
            ended = true;
            var end = QueryStreamEnd.newBuilder().setBookmark(bookmark).setStats(stats);
            observer.onNext(QueryStreamResponse.newBuilder().setEnd(end).build());
            observer.onCompleted();
        }
    }

    private synchronized void end(Throwable error) {
        if (!ended) {
            ended = true;
            observer.onError(Replies.exception(error));
            notifyAll();
        }
    }
}

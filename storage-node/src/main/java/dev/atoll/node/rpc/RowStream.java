package dev.atoll.node.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.atoll.node.instance.Call;
import dev.atoll.node.sqlite.RowSink;
import dev.atoll.node.sqlite.SqlColumn;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.proto.v1.ColumnList;
import dev.atoll.proto.v1.OperationResult;
import dev.atoll.proto.v1.QueryStreamEnd;
import dev.atoll.proto.v1.QueryStreamResponse;
import dev.atoll.proto.v1.Row;
import dev.atoll.proto.v1.RowChunk;
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

    RowStream(ServerCallStreamObserver<QueryStreamResponse> observer, Duration stallMax) {
        this.observer = observer;
        this.stallMax = stallMax;
        observer.setOnReadyHandler(this::wake);
    }

    /** Ends the stream when the call ends, and the call when the client goes away. */
    void serve(Call<QueryStreamEnd.Builder> call) {
        observer.setOnCancelHandler(
                () -> {
                    call.abandon();
                    wake();
                });
        var _ =
                call.reply()
                        .whenComplete(
                                (end, error) -> {
                                    if (error == null) {
                                        end(end);
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
        add(Messages.row(values));
    }

    private void add(Row row) {
        chunk.addRows(row);
        chunkBytes += row.getSerializedSize();
        count++;
        if (chunkBytes >= CHUNK_BYTES) {
            flush();
        }
    }

    /** A whole page of a table. */
    void page(OperationResult result) {
        send(
                QueryStreamResponse.newBuilder()
                        .setColumns(ColumnList.newBuilder().addAllColumns(result.getColumnsList()))
                        .build());
        result.getRowsList().forEach(this::add);
    }

    long count() {
        return count;
    }

    void flush() {
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

    private synchronized void end(QueryStreamEnd.Builder end) {
        if (!ended) {
            ended = true;
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

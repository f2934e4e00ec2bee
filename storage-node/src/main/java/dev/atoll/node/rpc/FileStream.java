package dev.atoll.node.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import dev.atoll.proto.v1.ExportInstanceResponse;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Sends a file, as fast as the client reads it. Thread-safe. */
final class FileStream {
    private static final int CHUNK_BYTES = 64 * 1024;

    private final ServerCallStreamObserver<ExportInstanceResponse> observer;
    private final Duration stallMax;

    @GuardedBy("this")
    private boolean cancelled;

    FileStream(ServerCallStreamObserver<ExportInstanceResponse> observer, Duration stallMax) {
        this.observer = observer;
        this.stallMax = stallMax;
        observer.setOnReadyHandler(this::wake);
    }

    /** The client has gone. */
    synchronized void cancel() {
        cancelled = true;
        notifyAll();
    }

    /** Sends the file and ends the stream; the first message carries the bookmark. Blocks. */
    void send(Path file, String bookmark) {
        try (var input = Files.newInputStream(file)) {
            var first = ExportInstanceResponse.newBuilder().setBookmark(bookmark);
            for (var bytes = input.readNBytes(CHUNK_BYTES);
                    bytes.length > 0;
                    bytes = input.readNBytes(CHUNK_BYTES)) {
                if (!awaitReady()) {
                    return;
                }
                observer.onNext(first.setData(ByteString.copyFrom(bytes)).build());
                first = ExportInstanceResponse.newBuilder();
            }
            observer.onCompleted();
        } catch (IOException e) {
            observer.onError(
                    Replies.exception(
                            Failure.of(
                                    Reason.NODE_UNAVAILABLE,
                                    "the export cannot be read: " + e.getMessage(),
                                    e)));
        } catch (Failure e) {
            observer.onError(Replies.exception(e));
        }
    }

    private synchronized void wake() {
        notifyAll();
    }

    /** False if nobody reads any more. */
    private synchronized boolean awaitReady() {
        long end = System.nanoTime() + stallMax.toNanos();
        while (!cancelled && !observer.isReady()) {
            long left = Duration.ofNanos(end - System.nanoTime()).toMillis();
            if (left <= 0) {
                throw Failure.of(
                        Reason.CONSUMER_TOO_SLOW,
                        "the client read nothing for "
                                + stallMax
                                + " (expected: a client that reads on)");
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return !cancelled;
    }
}

package dev.atoll.node.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.atoll.proto.internal.v1.LinkReplies;
import dev.atoll.proto.internal.v1.LinkReply;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replies of one link stream on their way out: whatever is ready goes into one message.
 * Thread-safe; {@link #add} never blocks. The stream's transport sends them, so that those that
 * come while it is busy share the next message, and none of them passes another thread.
 *
 * <p>Replies wait here, not in the transport, while the router does not read.
 */
final class LinkReplyQueue {
    private static final Logger LOG = LoggerFactory.getLogger(LinkReplyQueue.class);

    /** One message holds about this much, and at least one reply. */
    private static final int MESSAGE_BYTES = 256 << 10;

    private final ServerCallStreamObserver<LinkReplies> observer;
    private final LoadLimit load;
    private final Executor sender;

    @GuardedBy("this")
    private final ArrayDeque<Waiting> queue = new ArrayDeque<>();

    @GuardedBy("this")
    private boolean scheduled;

    @GuardedBy("this")
    private boolean discarded;

    @GuardedBy("this")
    private boolean ending;

    @GuardedBy("this")
    private boolean ended;

    LinkReplyQueue(
            ServerCallStreamObserver<LinkReplies> observer, LoadLimit load, Executor sender) {
        this.observer = observer;
        this.load = load;
        this.sender = sender;
    }

    private record Waiting(LinkReply reply, long bytes, boolean counted) {}

    /** Queues a reply; a counted one has been counted by the load limit with that many bytes. */
    void add(LinkReply reply, long bytes, boolean counted) {
        var waiting = new Waiting(reply, bytes, counted);
        boolean drop;
        synchronized (this) {
            drop = discarded;
            if (!drop) {
                queue.add(waiting);
            }
        }
        if (drop) {
            release(waiting);
        } else {
            ready();
        }
    }

    /** Whether this thread is the one to see to it that what waits is sent. */
    private synchronized boolean schedule() {
        if (scheduled || (queue.isEmpty() && !ending)) {
            return false;
        }
        scheduled = true;
        return true;
    }

    /** The transport takes more, or there is more to take. */
    void ready() {
        if (!schedule()) {
            return;
        }
        try {
            sender.execute(this::send);
        } catch (RejectedExecutionException e) {
            // The node has stopped, and its streams with it.
            discard();
        }
    }

    /** Nobody reads any more. */
    void discard() {
        ArrayDeque<Waiting> dropped;
        synchronized (this) {
            discarded = true;
            dropped = new ArrayDeque<>(queue);
            queue.clear();
        }
        dropped.forEach(this::release);
    }

    /** Ends the stream once everything is sent. */
    void end() {
        synchronized (this) {
            ending = true;
        }
        ready();
    }

    private void send() {
        try {
            LinkReplies message = next();
            while (message != null) {
                observer.onNext(message);
                message = next();
            }
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /** What comes behind a message that cannot be sent must not wait for ever. */
    private void fail(RuntimeException cause) {
        synchronized (this) {
            ended = true;
        }
        discard();
        try {
            observer.onError(
                    Status.INTERNAL
                            .withDescription("a reply could not be sent")
                            .withCause(cause)
                            .asRuntimeException());
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
        LOG.error("a router's link was ended: a reply could not be sent", cause);
    }

    private @Nullable LinkReplies next() {
        var message = LinkReplies.newBuilder();
        long bytes = 0;
        boolean end;
        synchronized (this) {
            boolean goesOn = observer.isReady() || observer.isCancelled();
            while (goesOn && !queue.isEmpty() && bytes < MESSAGE_BYTES) {
                var waiting = queue.remove();
                message.addReplies(waiting.reply());
                bytes += waiting.bytes() + 1;
                release(waiting);
            }
            if (message.getRepliesCount() == 0) {
                scheduled = false;
            }
            end = ending && queue.isEmpty() && message.getRepliesCount() == 0 && !ended;
            ended |= end;
            discarded |= end;
        }
        if (end && !observer.isCancelled()) {
            observer.onCompleted();
        }
        return message.getRepliesCount() == 0 ? null : message.build();
    }

    private void release(Waiting waiting) {
        if (waiting.counted()) {
            load.end(waiting.bytes());
        }
    }
}

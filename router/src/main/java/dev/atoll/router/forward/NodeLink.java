package dev.atoll.router.forward;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.atoll.proto.internal.v1.LinkCall;
import dev.atoll.proto.internal.v1.LinkCancel;
import dev.atoll.proto.internal.v1.LinkReplies;
import dev.atoll.proto.internal.v1.LinkReply;
import dev.atoll.proto.internal.v1.LinkServiceGrpc;
import dev.atoll.proto.internal.v1.LinkStep;
import dev.atoll.proto.internal.v1.LinkSteps;
import dev.atoll.wire.InstanceKey;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One long-lived stream to a node that carries the calls of many clients. Thread-safe; never
 * blocks.
 *
 * <p>Whoever queues a step sends it, and with it what others queued meanwhile: alone, a step leaves
 * at once; under load, many share a message. Steps wait here, not in the transport, while the node
 * does not read.
 */
final class NodeLink {
    /** One message holds about this much, and at least one step. */
    private static final int MESSAGE_BYTES = 256 << 10;

    /** Messages of replies read ahead. */
    private static final int REPLIES_AHEAD = 64;

    private final ClientCall<LinkSteps, LinkReplies> stream;
    private final SendTracer tracer;
    private final ConcurrentHashMap<Long, End> waiting = new ConcurrentHashMap<>();
    private final AtomicBoolean sending = new AtomicBoolean();

    /** Whether a flush is coming that takes what is queued now. */
    private final AtomicBoolean flushing = new AtomicBoolean();

    @GuardedBy("this")
    private final ArrayDeque<LinkStep> queue = new ArrayDeque<>();

    @GuardedBy("this")
    private long lastId;

    @GuardedBy("this")
    private @Nullable Status closed;

    private NodeLink(ClientCall<LinkSteps, LinkReplies> stream, SendTracer tracer) {
        this.stream = stream;
        this.tracer = tracer;
    }

    /** Hears how a call ended: exactly one of the two, once, on any thread. */
    interface End {
        /** Of the instance that is called. */
        InstanceKey key();

        void replied(LinkReply reply);

        /** The stream broke first; the call was certainly not executed unless it {@code left}. */
        void broken(Status why, boolean left);
    }

    /** Opens a stream, which connects by itself. */
    static NodeLink open(Channel channel) {
        var tracer = new SendTracer();
        var options = CallOptions.DEFAULT.withStreamTracerFactory(tracer.factory());
        // It outlives the call that opens it, and so must not end with that call's context.
        var before = Context.ROOT.attach();
        try {
            var stream = channel.newCall(LinkServiceGrpc.getOpenMethod(), options);
            var link = new NodeLink(stream, tracer);
            stream.start(link.new Replies(), new Metadata());
            stream.request(REPLIES_AHEAD);
            return link;
        } finally {
            Context.ROOT.detach(before);
        }
    }

    synchronized boolean isOpen() {
        return closed == null;
    }

    /** Sends a call after those that were sent before; its id. */
    long send(LinkCall call, End end) {
        long id;
        Status why;
        synchronized (this) {
            id = ++lastId;
            why = closed;
            if (why == null) {
                waiting.put(id, end);
                queue.add(LinkStep.newBuilder().setCallId(id).setCall(call).build());
            }
        }
        if (why == null) {
            flushSoon();
        } else {
            end.broken(why, false);
        }
        return id;
    }

    /** Whether calls to this instance are under way. Looks at all of them: rarely to be asked. */
    boolean isWaitingFor(InstanceKey key) {
        return waiting.values().stream().anyMatch(end -> end.key().equals(key));
    }

    /** Tells the node that nobody waits any more; the call ends all the same. */
    void cancel(long id) {
        synchronized (this) {
            if (closed != null || !waiting.containsKey(id)) {
                return;
            }
            var cancel = LinkCancel.getDefaultInstance();
            queue.add(LinkStep.newBuilder().setCallId(id).setCancel(cancel).build());
        }
        flush();
    }

    /** Steps of the messages that are read together leave together. */
    private void flushSoon() {
        if (flushing.compareAndSet(false, true)) {
            AfterRead.run(
                    () -> {
                        flushing.set(false);
                        flush();
                    });
        }
    }

    private void flush() {
        // Whoever finds it taken leaves its step to the one who has it, and who looks again.
        while (hasSteps() && stream.isReady() && sending.compareAndSet(false, true)) {
            try {
                for (var message = next(); message != null; message = next()) {
                    stream.sendMessage(message);
                }
            } finally {
                sending.set(false);
            }
        }
    }

    private synchronized boolean hasSteps() {
        return !queue.isEmpty() && closed == null;
    }

    private @Nullable LinkSteps next() {
        if (!stream.isReady()) {
            return null;
        }
        var message = LinkSteps.newBuilder();
        long bytes = 0;
        synchronized (this) {
            while (closed == null && !queue.isEmpty() && bytes < MESSAGE_BYTES) {
                var step = queue.remove();
                bytes += step.getSerializedSize();
                message.addSteps(step);
            }
        }
        return message.getStepsCount() == 0 ? null : message.build();
    }

    /** Hears the node. */
    private final class Replies extends ClientCall.Listener<LinkReplies> {
        @Override
        public void onReady() {
            flush();
        }

        @Override
        public void onMessage(LinkReplies message) {
            stream.request(1);
            for (var reply : message.getRepliesList()) {
                var end = waiting.remove(reply.getCallId());
                if (end != null) {
                    end.replied(reply);
                }
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            var why =
                    status.isOk()
                            ? Status.UNAVAILABLE.withDescription("the node ended the stream")
                            : status;
            List<Long> unsent = new ArrayList<>();
            synchronized (NodeLink.this) {
                closed = why;
                queue.stream()
                        .filter(LinkStep::hasCall)
                        .map(LinkStep::getCallId)
                        .forEach(unsent::add);
                queue.clear();
            }
            // In order: who sends a call again does so in the order in which it was sent.
            unsent.forEach(id -> end(id, why, false));
            waiting.keySet().stream().sorted().forEach(id -> end(id, why, tracer.sent()));
        }

        private void end(long id, Status why, boolean left) {
            var end = waiting.remove(id);
            if (end != null) {
                end.broken(why, left);
            }
        }
    }
}

package dev.atoll.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.atoll.proto.internal.v1.LinkReplies;
import dev.atoll.proto.internal.v1.LinkReply;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultEventExecutor;
import io.grpc.stub.ServerCallStreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Replies leave by a transport's thread that is busy, refuses, or fails. */
@Timeout(60)
class LinkReplyQueueTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final LoadLimit load = new LoadLimit(new RpcLimits.Load(1_000, 1 << 20), registry);
    private final DefaultEventExecutor loop = new DefaultEventExecutor();
    private final Router router = new Router();
    private final LinkReplyQueue replies = new LinkReplyQueue(router, load, loop);

    @AfterEach
    void stop() {
        var _ = loop.shutdownGracefully(0, 10, TimeUnit.SECONDS);
    }

    @Test
    void whatIsReadyWhileTheTransportIsBusySharesAMessage() throws Exception {
        var busy = new CountDownLatch(1);
        loop.execute(() -> await(busy));
        add(1, 2, 3);
        busy.countDown();
        settle();
        assertThat(router.messages).containsExactly(List.of(1L, 2L, 3L));
        assertThat(inFlight()).isZero();
    }

    @Test
    void whatARouterDoesNotReadWaitsUntilItDoes() throws Exception {
        router.ready = false;
        add(1, 2);
        settle();
        assertThat(router.messages).isEmpty();
        assertThat(inFlight()).isEqualTo(2);
        router.ready = true;
        replies.ready();
        settle();
        assertThat(router.messages).containsExactly(List.of(1L, 2L));
        assertThat(inFlight()).isZero();
    }

    @Test
    void theStreamEndsAfterTheLastReply() throws Exception {
        router.ready = false;
        add(1);
        replies.end();
        settle();
        assertThat(router.ends).isEmpty();
        router.ready = true;
        replies.ready();
        settle();
        assertThat(router.messages).containsExactly(List.of(1L));
        assertThat(router.ends).containsExactly("completed");
    }

    @Test
    void aStreamWhoseRepliesNobodyWantsEndsToo() throws Exception {
        router.ready = false;
        add(1);
        replies.discard();
        replies.end();
        settle();
        assertThat(router.messages).isEmpty();
        assertThat(router.ends).containsExactly("completed");
        assertThat(inFlight()).isZero();
    }

    @Test
    void aTransportThatHasStoppedHoldsNothingUp() throws Exception {
        stop();
        assertThat(loop.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        add(1, 2);
        assertThat(inFlight()).isZero();
    }

    @Test
    void aReplyThatCannotBeSentEndsTheStream() throws Exception {
        router.broken = true;
        add(1);
        settle();
        assertThat(router.ends).containsExactly("INTERNAL: a reply could not be sent");
        router.broken = false;
        add(2);
        replies.end();
        settle();
        assertThat(router.messages).isEmpty();
        assertThat(router.ends).hasSize(1);
        assertThat(inFlight()).isZero();
    }

    private void add(long... ids) {
        for (long id : ids) {
            load.begin();
            load.hold(10);
            var body = ByteString.copyFrom(new byte[10]);
            replies.add(LinkReply.newBuilder().setCallId(id).setBody(body).build(), 10, true);
        }
    }

    /** Until the transport has done what it was given, and what came of that. */
    private void settle() throws Exception {
        loop.submit(() -> {}).get();
    }

    private double inFlight() {
        return registry.get("atoll.node.calls.in.flight").gauge().value();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The router's end of the stream. */
    private static final class Router extends ServerCallStreamObserver<LinkReplies> {
        final List<List<Long>> messages = new CopyOnWriteArrayList<>();
        final List<String> ends = new CopyOnWriteArrayList<>();
        volatile boolean ready = true;
        volatile boolean broken;

        @Override
        public void onNext(LinkReplies message) {
            if (broken) {
                throw new IllegalStateException("broken");
            }
            messages.add(message.getRepliesList().stream().map(LinkReply::getCallId).toList());
        }

        @Override
        public void onError(Throwable error) {
            ends.add(String.valueOf(error.getMessage()));
        }

        @Override
        public void onCompleted() {
            ends.add("completed");
        }

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void setOnCancelHandler(Runnable handler) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void setOnReadyHandler(Runnable handler) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void setCompression(String compression) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void setMessageCompression(boolean enable) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void disableAutoInboundFlowControl() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void request(int count) {
            throw new UnsupportedOperationException();
        }
    }
}

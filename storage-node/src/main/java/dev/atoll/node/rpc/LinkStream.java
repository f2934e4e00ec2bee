package dev.atoll.node.rpc;

import com.google.protobuf.MessageLite;
import dev.atoll.node.instance.Call;
import dev.atoll.proto.internal.v1.LinkCall;
import dev.atoll.proto.internal.v1.LinkReply;
import dev.atoll.proto.internal.v1.LinkStep;
import dev.atoll.proto.internal.v1.LinkSteps;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.LinkFailure;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a router. gRPC calls it from one thread at a time; calls end on any.
 *
 * <p>A call's submission happens in the order of its step, which is what keeps the order of the
 * calls to one instance.
 */
final class LinkStream implements StreamObserver<LinkSteps> {
    private final LinkCalls calls;
    private final LoadLimit load;
    private final RpcMetrics metrics;
    private final LinkReplyQueue replies;
    private final Consumer<LinkStream> onEnd;
    private final ConcurrentHashMap<Long, Call<?>> running = new ConcurrentHashMap<>();
    private final Set<InstanceKey> refused = ConcurrentHashMap.newKeySet();

    LinkStream(
            LinkCalls calls,
            LoadLimit load,
            RpcMetrics metrics,
            LinkReplyQueue replies,
            Consumer<LinkStream> onEnd) {
        this.calls = calls;
        this.load = load;
        this.metrics = metrics;
        this.replies = replies;
        this.onEnd = onEnd;
    }

    @Override
    public void onNext(LinkSteps steps) {
        for (var step : steps.getStepsList()) {
            switch (step.getStepCase()) {
                case CALL -> begin(step.getCallId(), step.getCall());
                case CANCEL -> cancel(step);
                case STEP_NOT_SET ->
                        refuse(step.getCallId(), Replies.unimplemented("an unknown step"));
            }
        }
    }

    private void begin(long id, LinkCall call) {
        long start = System.nanoTime();
        Call<? extends MessageLite> submitted;
        try {
            load.begin();
        } catch (RuntimeException e) {
            refuse(id, Replies.exception(e));
            return;
        }
        try {
            submitted = calls.submit(call, refused);
        } catch (RuntimeException e) {
            load.end(0);
            var failure = Replies.exception(e);
            ended(call, failure, start);
            refuse(id, failure);
            return;
        }
        running.put(id, submitted);
        var _ =
                submitted
                        .reply()
                        .whenComplete(
                                (value, error) -> {
                                    running.remove(id, submitted);
                                    reply(id, call, value, error, start);
                                });
    }

    private void reply(
            long id, LinkCall call, MessageLite value, @Nullable Throwable error, long startNanos) {
        if (error != null) {
            var failure = Replies.exception(error);
            ended(call, failure, startNanos);
            load.end(0);
            refuse(id, failure);
            return;
        }
        try {
            var body = value.toByteString();
            load.hold(body.size());
            metrics.ended(
                    LinkCalls.method(call),
                    Status.OK,
                    new Metadata(),
                    System.nanoTime() - startNanos);
            replies.add(
                    LinkReply.newBuilder().setCallId(id).setBody(body).build(), body.size(), true);
        } catch (RuntimeException e) {
            var failure = Replies.exception(e);
            ended(call, failure, startNanos);
            load.end(0);
            refuse(id, failure);
        }
    }

    private void refuse(long id, StatusRuntimeException failure) {
        replies.add(
                LinkReply.newBuilder().setCallId(id).setError(LinkFailure.of(failure)).build(),
                0,
                false);
    }

    private void ended(LinkCall call, StatusRuntimeException failure, long startNanos) {
        var trailers = failure.getTrailers();
        metrics.ended(
                LinkCalls.method(call),
                failure.getStatus(),
                trailers == null ? new Metadata() : trailers,
                System.nanoTime() - startNanos);
    }

    private void cancel(LinkStep step) {
        var call = running.get(step.getCallId());
        if (call != null) {
            call.abandon();
        }
    }

    /** The router has gone: nobody waits for replies. */
    void gone() {
        onEnd.accept(this);
        replies.discard();
        running.values().forEach(Call::abandon);
    }

    /** The node stops. */
    void end() {
        onEnd.accept(this);
        replies.end();
    }

    @Override
    public void onError(Throwable error) {
        gone();
    }

    @Override
    public void onCompleted() {
        gone();
        replies.end();
    }
}

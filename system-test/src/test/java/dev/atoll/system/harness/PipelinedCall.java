package dev.atoll.system.harness;

import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.PipelineRequest;
import dev.atoll.proto.v1.PipelineResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes one call after the other over a Pipeline, which it opens anew after one has ended. One
 * thread at a time.
 */
public final class PipelinedCall {
    private static final Duration REPLY_MAX = Duration.ofSeconds(40);

    private final TestClient client;
    private @Nullable Pipeline pipeline;
    private long lastId;

    public PipelinedCall(TestClient client) {
        this.client = client;
    }

    /** The reply, or its error; throws what the stream ended with if no reply came. */
    public PipelineResponse reply(PipelineRequest.Builder request) {
        if (pipeline == null) {
            pipeline = new Pipeline(client);
        }
        try {
            return pipeline.reply(request.setCallId(++lastId).build());
        } catch (StatusRuntimeException e) {
            pipeline = null;
            throw e;
        }
    }

    /** An answer, or what the stream ended with. */
    private record Event(@Nullable PipelineResponse reply, Status end) {}

    private static final class Pipeline implements StreamObserver<PipelineResponse> {
        private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        private final StreamObserver<PipelineRequest> requests;

        Pipeline(TestClient client) {
            requests =
                    DatabaseServiceGrpc.newStub(client.channel())
                            .withInterceptors(
                                    MetadataUtils.newAttachHeadersInterceptor(client.metadata()))
                            .pipeline(this);
        }

        PipelineResponse reply(PipelineRequest request) {
            try {
                requests.onNext(request);
                var event = events.poll(REPLY_MAX.toSeconds(), TimeUnit.SECONDS);
                if (event == null) {
                    throw new AssertionError("no reply within " + REPLY_MAX + ": " + request);
                }
                if (event.reply == null) {
                    throw event.end.asRuntimeException();
                }
                return event.reply;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void onNext(PipelineResponse reply) {
            events.add(new Event(reply, Status.OK));
        }

        @Override
        public void onError(Throwable error) {
            events.add(new Event(null, Status.fromThrowable(error)));
        }

        @Override
        public void onCompleted() {
            events.add(new Event(null, Status.UNAVAILABLE.withDescription("the stream ended")));
        }
    }
}

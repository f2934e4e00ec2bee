package dev.atoll.system.harness;

import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.QueryStreamResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Reads a QueryStream only as far as it is told to, as a slow client would. Thread-safe. */
public final class StreamReader extends ClientCall.Listener<QueryStreamResponse> {
    private static final Duration PART_MAX = Duration.ofSeconds(10);

    private final ClientCall<QueryRequest, QueryStreamResponse> call;
    private final AtomicLong parts = new AtomicLong();
    private final AtomicBoolean all = new AtomicBoolean();
    private final AtomicReference<@Nullable StatusRuntimeException> end = new AtomicReference<>();

    private StreamReader(ClientCall<QueryRequest, QueryStreamResponse> call) {
        this.call = call;
    }

    /** Starts a stream, of which nothing is read yet. */
    public static StreamReader open(InstanceHandle instance, String sql) {
        var client = instance.client();
        var call =
                client.channel()
                        .newCall(DatabaseServiceGrpc.getQueryStreamMethod(), CallOptions.DEFAULT);
        var reader = new StreamReader(call);
        var headers = new Metadata();
        headers.merge(client.metadata());
        call.start(reader, headers);
        call.sendMessage(instance.queryRequest(Sql.read(sql)));
        call.halfClose();
        return reader;
    }

    /** Reads so many parts more. */
    public void read(int count) {
        long expected = parts.get() + count;
        call.request(count);
        Eventually.await(
                "the stream gives " + count + " parts", PART_MAX, () -> parts.get() >= expected);
    }

    /** Reads all that there still is. */
    public void readAll() {
        all.set(true);
        call.request(1);
    }

    public void cancel() {
        call.cancel("the test has seen enough", null);
    }

    /** How many parts were read. */
    public long parts() {
        return parts.get();
    }

    /** What the stream ended with. */
    public Refusal awaitEnd(Duration atMost) {
        return Refusal.of(
                Eventually.awaitValue(
                        "the stream ends", atMost, () -> Optional.ofNullable(end.get())));
    }

    @Override
    public void onMessage(QueryStreamResponse message) {
        parts.incrementAndGet();
        if (all.get()) {
            call.request(1);
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        end.set(status.asRuntimeException(trailers));
    }
}

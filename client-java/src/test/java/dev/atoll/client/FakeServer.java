package dev.atoll.client;

import dev.atoll.proto.v1.Column;
import dev.atoll.proto.v1.ColumnList;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.InstanceServiceGrpc;
import dev.atoll.proto.v1.ListInstancesRequest;
import dev.atoll.proto.v1.ListInstancesResponse;
import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.MutateResponse;
import dev.atoll.proto.v1.OperationResult;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.QueryResponse;
import dev.atoll.proto.v1.QueryStreamEnd;
import dev.atoll.proto.v1.QueryStreamResponse;
import dev.atoll.proto.v1.Row;
import dev.atoll.proto.v1.RowChunk;
import dev.atoll.proto.v1.Value;
import dev.atoll.wire.CallMetadata;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC server on a real port that answers as a script says: each call takes the next line of the
 * script, and when there is none it succeeds. Thread-safe.
 */
final class FakeServer implements AutoCloseable {
    final Queue<QueryRequest> queries = new ConcurrentLinkedQueue<>();
    final Queue<MutateRequest> mutations = new ConcurrentLinkedQueue<>();
    final Queue<ListInstancesRequest> lists = new ConcurrentLinkedQueue<>();
    final Queue<String> tokens = new ConcurrentLinkedQueue<>();

    /** How many messages of rows the stream has sent. */
    final AtomicInteger chunksSent = new AtomicInteger();

    final CountDownLatch arrived = new CountDownLatch(1);
    final CountDownLatch cancelled = new CountDownLatch(1);
    volatile OperationResult result = OperationResult.getDefaultInstance();
    volatile int chunks = 3;
    volatile int chunkBytes = 10;
    volatile boolean hangs;

    /** How a stream ends after its rows; null for well. */
    volatile @Nullable Failure failsAtEnd;

    private final Queue<RuntimeException> script = new ConcurrentLinkedQueue<>();
    private final Queue<OperationResult> results = new ConcurrentLinkedQueue<>();
    private final Queue<ListInstancesResponse> pages = new ConcurrentLinkedQueue<>();
    private final Server server;

    FakeServer() throws IOException {
        server =
                Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                        .addService(new Database())
                        .addService(new Instances())
                        .intercept(new Tokens())
                        .build()
                        .start();
    }

    String endpoint() {
        return "127.0.0.1:" + server.getPort();
    }

    /** A client with waits too short to notice. */
    AtollBuilder client() {
        return Atoll.connect(endpoint())
                .token("a.b.c")
                .retryPolicy(new RetryPolicy(5, Duration.ofMillis(1), Duration.ofMillis(2)));
    }

    FakeServer fails(Failure failure) {
        script.add(FailureStatus.exception(failure));
        return this;
    }

    FakeServer fails(Status bare) {
        script.add(bare.asRuntimeException());
        return this;
    }

    FakeServer lists(ListInstancesResponse page) {
        pages.add(page);
        return this;
    }

    /**
     * The next operation is answered with this; those after the last of them with {@link #result}.
     */
    FakeServer answers(OperationResult next) {
        results.add(next);
        return this;
    }

    private OperationResult nextResult() {
        var next = results.poll();
        return next == null ? result : next;
    }

    /** The answer has one row of these values, in columns of these names. */
    FakeServer answers(List<String> names, Value... values) {
        var built = OperationResult.newBuilder().setChanges(1).setLastInsertRowid(7);
        for (var name : names) {
            built.addColumns(Column.newBuilder().setName(name));
        }
        var row = Row.newBuilder();
        for (var value : values) {
            row.addValues(value);
        }
        result = built.addRows(row).build();
        return this;
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private boolean failed(StreamObserver<?> observer) {
        var failure = script.poll();
        if (failure != null) {
            observer.onError(failure);
        }
        return failure != null;
    }

    /** Leaves the call without an answer, and notes when the client gives it up. */
    private boolean hung(StreamObserver<?> observer) {
        ((ServerCallStreamObserver<?>) observer).setOnCancelHandler(cancelled::countDown);
        arrived.countDown();
        return hangs;
    }

    private final class Database extends DatabaseServiceGrpc.DatabaseServiceImplBase {
        @Override
        public void query(QueryRequest request, StreamObserver<QueryResponse> observer) {
            queries.add(request);
            if (!hung(observer) && !failed(observer)) {
                var reply = QueryResponse.newBuilder().setBookmark("v1-read");
                request.getOperationsList().forEach(operation -> reply.addResults(nextResult()));
                observer.onNext(reply.build());
                observer.onCompleted();
            }
        }

        @Override
        public void mutate(MutateRequest request, StreamObserver<MutateResponse> observer) {
            mutations.add(request);
            if (!hung(observer) && !failed(observer)) {
                var reply = MutateResponse.newBuilder().setBookmark("v1-" + mutations.size());
                request.getOperationsList().forEach(operation -> reply.addResults(nextResult()));
                observer.onNext(reply.build());
                observer.onCompleted();
            }
        }

        @Override
        public void queryStream(
                QueryRequest request, StreamObserver<QueryStreamResponse> observer) {
            queries.add(request);
            var stream = (ServerCallStreamObserver<QueryStreamResponse>) observer;
            stream.setOnCancelHandler(cancelled::countDown);
            if (failed(observer)) {
                return;
            }
            stream.onNext(
                    QueryStreamResponse.newBuilder()
                            .setColumns(
                                    ColumnList.newBuilder()
                                            .addColumns(Column.newBuilder().setName("n"))
                                            .addColumns(Column.newBuilder().setName("filler")))
                            .build());
            stream.setOnReadyHandler(() -> send(stream));
        }

        private void send(ServerCallStreamObserver<QueryStreamResponse> stream) {
            while (stream.isReady() && chunksSent.get() <= chunks) {
                int number = chunksSent.getAndIncrement();
                if (number == chunks) {
                    var failure = failsAtEnd;
                    if (failure != null) {
                        stream.onError(FailureStatus.exception(failure));
                    } else {
                        stream.onNext(
                                QueryStreamResponse.newBuilder()
                                        .setEnd(QueryStreamEnd.newBuilder().setBookmark("v1-end"))
                                        .build());
                        stream.onCompleted();
                    }
                } else {
                    stream.onNext(chunk(number));
                }
            }
        }

        private QueryStreamResponse chunk(int number) {
            var rows = RowChunk.newBuilder();
            for (int i = 0; i < 2; i++) {
                rows.addRows(
                        Row.newBuilder()
                                .addValues(Value.newBuilder().setInteger(number * 2L + i))
                                .addValues(Value.newBuilder().setText("x".repeat(chunkBytes / 2))));
            }
            return QueryStreamResponse.newBuilder().setRows(rows).build();
        }
    }

    private final class Instances extends InstanceServiceGrpc.InstanceServiceImplBase {
        @Override
        public void listInstances(
                ListInstancesRequest request, StreamObserver<ListInstancesResponse> observer) {
            lists.add(request);
            var page = pages.poll();
            observer.onNext(page == null ? ListInstancesResponse.getDefaultInstance() : page);
            observer.onCompleted();
        }

        @Override
        public void createInstance(
                dev.atoll.proto.v1.CreateInstanceRequest request,
                StreamObserver<dev.atoll.proto.v1.Instance> observer) {
            if (!failed(observer)) {
                observer.onNext(
                        dev.atoll.proto.v1.Instance.newBuilder()
                                .setKey(request.getInstance())
                                .setIncarnation(42)
                                .build());
                observer.onCompleted();
            }
        }
    }

    private final class Tokens implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            var token = headers.get(CallMetadata.AUTHORIZATION);
            tokens.add(token == null ? "" : token);
            return next.startCall(call, headers);
        }
    }
}

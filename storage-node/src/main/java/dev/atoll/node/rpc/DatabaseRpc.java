package dev.atoll.node.rpc;

import dev.atoll.node.instance.Call;
import dev.atoll.node.instance.Terms;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.MutateResponse;
import dev.atoll.proto.v1.PipelineRequest;
import dev.atoll.proto.v1.PipelineResponse;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.QueryResponse;
import dev.atoll.proto.v1.QueryStreamEnd;
import dev.atoll.proto.v1.QueryStreamResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.function.Function;

/** {@code DatabaseService} of a node. Thread-safe. */
final class DatabaseRpc extends DatabaseServiceGrpc.DatabaseServiceImplBase {
    private final Queries queries;
    private final Mutations mutations;
    private final RpcLimits limits;

    DatabaseRpc(Queries queries, Mutations mutations, RpcLimits limits) {
        this.queries = queries;
        this.mutations = mutations;
        this.limits = limits;
    }

    @Override
    public void query(QueryRequest request, StreamObserver<QueryResponse> observer) {
        Replies.answer(
                observer,
                () -> queries.submit(CallContext.current(), request, terms()),
                Function.identity());
    }

    @Override
    public void queryStream(QueryRequest request, StreamObserver<QueryStreamResponse> observer) {
        var server = (ServerCallStreamObserver<QueryStreamResponse>) observer;
        var rows = new RowStream(server, limits.streamStallMax());
        Call<QueryStreamEnd.Builder> call;
        try {
            call = queries.stream(CallContext.current(), request, terms(), rows);
        } catch (RuntimeException e) {
            observer.onError(Replies.exception(e));
            return;
        }
        rows.serve(call);
    }

    @Override
    public void mutate(MutateRequest request, StreamObserver<MutateResponse> observer) {
        Replies.answer(
                observer,
                () -> mutations.submit(CallContext.current(), request, terms()),
                Function.identity());
    }

    @Override
    public StreamObserver<PipelineRequest> pipeline(StreamObserver<PipelineResponse> observer) {
        observer.onError(Replies.unimplemented("Pipeline"));
        return new IgnoredRequests<>();
    }

    private Terms terms() {
        return Terms.until(CallContext.deadlineNanos(limits.deadlineDefault()));
    }
}

package dev.atoll.node.rpc;

import dev.atoll.proto.internal.v1.LinkReplies;
import dev.atoll.proto.internal.v1.LinkServiceGrpc;
import dev.atoll.proto.internal.v1.LinkSteps;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** {@code LinkService} of a node: the streams that routers keep open. Thread-safe. */
final class LinkRpc extends LinkServiceGrpc.LinkServiceImplBase implements AutoCloseable {
    private final LinkCalls calls;
    private final LoadLimit load;
    private final RpcMetrics metrics;
    private final Set<LinkStream> open = ConcurrentHashMap.newKeySet();

    LinkRpc(LinkCalls calls, LoadLimit load, RpcMetrics metrics) {
        this.calls = calls;
        this.load = load;
        this.metrics = metrics;
    }

    @Override
    public StreamObserver<LinkSteps> open(StreamObserver<LinkReplies> observer) {
        var server = (ServerCallStreamObserver<LinkReplies>) observer;
        var replies = new LinkReplyQueue(server, load, TransportThread.current());
        var stream = new LinkStream(calls, load, metrics, replies, open::remove);
        open.add(stream);
        // Not only a hint: without a handler gRPC would throw when the router has gone.
        server.setOnCancelHandler(stream::gone);
        server.setOnReadyHandler(replies::ready);
        return stream;
    }

    /** Sends what is ready, and ends the streams. */
    @Override
    public void close() {
        open.forEach(LinkStream::end);
    }
}

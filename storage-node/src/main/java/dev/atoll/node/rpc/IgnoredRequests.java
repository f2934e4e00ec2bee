package dev.atoll.node.rpc;

import io.grpc.stub.StreamObserver;

/** Takes what a client still sends on a stream that has been answered. Immutable. */
final class IgnoredRequests<T> implements StreamObserver<T> {
    @Override
    public void onNext(T request) {
        // The stream has ended for the client already.
    }

    @Override
    public void onError(Throwable error) {
        // The stream has ended for the client already.
    }

    @Override
    public void onCompleted() {
        // The stream has ended for the client already.
    }
}

package dev.atoll.client.internal;

import io.grpc.Metadata;
import io.grpc.Status;

/** Hears how an attempt ended: exactly one of the two, once, on any thread. */
interface AttemptEnd<R> {
    /** With a reply. */
    void replied(R reply);

    /** Whether {@link #replied} is quick and never blocks, so that the transport may run it. */
    default boolean isQuick() {
        return false;
    }

    /** Without one. */
    void failed(Status status, Metadata trailers);
}

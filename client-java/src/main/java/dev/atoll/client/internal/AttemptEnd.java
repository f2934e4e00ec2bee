package dev.atoll.client.internal;

import io.grpc.Metadata;
import io.grpc.Status;

/** Hears how an attempt ended: exactly one of the two, once, on any thread. */
interface AttemptEnd<R> {
    /** With a reply. */
    void replied(R reply);

    /** Without one. */
    void failed(Status status, Metadata trailers);
}

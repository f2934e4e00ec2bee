/**
 * The transport of the client: the gRPC channel, calls with their attempts, streams with their
 * demand.
 *
 * <p>Not for users; may change at any time. The only package of the client that knows gRPC, and it
 * knows nothing of rows, instances or exceptions that users see: it deals in messages and {@link
 * dev.atoll.client.internal.CallFailure}. Thread-safe.
 */
@NullMarked
package dev.atoll.client.internal;

import org.jspecify.annotations.NullMarked;

/**
 * The public gRPC services: the gate every call passes, what is forwarded, and what the router
 * answers itself.
 *
 * <p>Keeps no state of its own and never blocks a gRPC thread. Thread-safe.
 */
@NullMarked
package dev.atoll.router.rpc;

import org.jspecify.annotations.NullMarked;

/**
 * The node's gRPC door: takes calls from routers, turns messages into domain values and back.
 *
 * <p>Generated types stop here. Nothing here blocks a gRPC thread. Thread-safe.
 */
@NullMarked
package dev.atoll.node.rpc;

import org.jspecify.annotations.NullMarked;

/**
 * The hand-written side of the contract: instance keys and their shards, reasons and their gRPC
 * mapping, what routers tell nodes in metadata, and the layout of etcd.
 *
 * <p>Nothing here runs, waits or holds state. All types are immutable.
 */
@NullMarked
package dev.atoll.wire;

import org.jspecify.annotations.NullMarked;

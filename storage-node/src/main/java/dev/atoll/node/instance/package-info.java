/**
 * Instances: their lanes, their life cycle, and the table of those that are open.
 *
 * <p>All state of an instance is touched only from its lane; the lane, not a lock, is the
 * synchronization. This package never sees a gRPC type and never writes SQL.
 */
@NullMarked
package dev.atoll.node.instance;

import org.jspecify.annotations.NullMarked;

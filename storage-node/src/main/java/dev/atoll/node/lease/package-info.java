/**
 * Which shards this node may serve: membership, the lease and epochs.
 *
 * <p>Talks to etcd, as only {@code config} does beside it. It never looks into an instance.
 * Thread-safe; nothing in it blocks a lane but {@link Ownership#holdShard}.
 */
@NullMarked
package dev.atoll.node.lease;

import org.jspecify.annotations.NullMarked;

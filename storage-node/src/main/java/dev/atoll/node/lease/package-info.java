/**
 * Which shards this node may serve: membership, the lease and epochs.
 *
 * <p>The only package of the node that talks to etcd. It never looks into an instance. Thread-safe;
 * nothing in it blocks a lane but {@link Ownership#holdShard}.
 */
@NullMarked
package dev.atoll.node.lease;

import org.jspecify.annotations.NullMarked;

/**
 * Placement: which node serves which shard, as this router knows it, and the keeper that writes it.
 *
 * <p>{@link Placement} has two forms: one node in this process, and etcd. Readers take an immutable
 * {@link PlacementView} and never wait. Only this package speaks to etcd; it never learns what a
 * call is. Thread-safe; one thread of its own does everything that waits. See DESIGN.md.
 */
@NullMarked
package dev.atoll.router.placement;

import org.jspecify.annotations.NullMarked;

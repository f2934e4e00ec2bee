/**
 * The storage node: hosts the instances of the shards it owns.
 *
 * <p>This package only assembles: settings, construction bottom-up, start and stop. Data flows one
 * way: {@code rpc -> instance -> sqlite}. Thread-safe.
 */
@NullMarked
package dev.atoll.node;

import org.jspecify.annotations.NullMarked;

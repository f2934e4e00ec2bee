/**
 * The ring: consistent hashing with bounded loads (Mirrokni, Thorup, Zadimoghaddam 2016), weighted
 * by capacity.
 *
 * <p>Pure functions of names and numbers; knows neither etcd nor what a shard holds. Immutable.
 */
@NullMarked
package dev.atoll.router.ring;

import org.jspecify.annotations.NullMarked;

/**
 * Tests of the whole system: router and nodes as real processes with real etcd, asked over the wire
 * as any client would, and killed, paused and restarted.
 *
 * <p>Tests never wait for a time, only for a condition, with a deadline.
 */
@NullMarked
package dev.atoll.system;

import org.jspecify.annotations.NullMarked;

/**
 * The workload driver behind {@code ./atoll bench}: calls a running system as its users do, through
 * the Java client, and says how fast it answered.
 *
 * <p>It knows the client and nothing of servers. {@link dev.atoll.bench.Bench#run} waits; values
 * are immutable.
 */
@NullMarked
package dev.atoll.bench;

import org.jspecify.annotations.NullMarked;

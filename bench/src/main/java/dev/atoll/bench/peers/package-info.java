/**
 * Atoll beside its peers: Durable Objects in workerd, and PostgreSQL, all on this machine and under
 * the same load, measured in turns.
 *
 * <p>It starts and stops processes of its own and knows nothing of what is in them. One thread at a
 * time, unless a class says otherwise.
 */
@NullMarked
package dev.atoll.bench.peers;

import org.jspecify.annotations.NullMarked;

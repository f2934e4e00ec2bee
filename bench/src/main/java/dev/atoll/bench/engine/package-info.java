/**
 * The measurements behind {@code ./atoll bench engine}: the node's engine in this process, without
 * a network, each figure beside its yardstick of the same run.
 *
 * <p>It knows the node's door and SQLite's, and nothing of routers and clients. Comparisons run one
 * after the other in the thread that calls {@link dev.atoll.bench.engine.EngineBench#run}; values
 * are immutable.
 */
@NullMarked
package dev.atoll.bench.engine;

import org.jspecify.annotations.NullMarked;

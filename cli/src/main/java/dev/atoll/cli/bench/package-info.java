/**
 * The commands that drive a running system with a workload, and that measure the engine alone.
 *
 * <p>They only turn options into a plan; {@code dev.atoll.bench} does the work. One thread at a
 * time.
 */
@NullMarked
package dev.atoll.cli.bench;

import org.jspecify.annotations.NullMarked;

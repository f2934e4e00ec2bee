/**
 * The command that drives a running system with a workload.
 *
 * <p>It only turns options into a plan; {@code dev.atoll.bench} does the work. One thread at a
 * time.
 */
@NullMarked
package dev.atoll.cli.bench;

import org.jspecify.annotations.NullMarked;

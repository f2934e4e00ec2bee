/**
 * Typed operations: what callers do with rows of declared tables, under the rules of their block.
 *
 * <p>It runs in transactions of {@code sqlite}, given a block and who calls; it knows neither the
 * wire, nor where a block comes from, nor how an instance got its tables. One {@link
 * dev.atoll.node.operations.TypedOperations} is shared by all lanes; whatever else has state is
 * used by one thread. DESIGN.md in this folder says how it works.
 */
@NullMarked
package dev.atoll.node.operations;

import org.jspecify.annotations.NullMarked;

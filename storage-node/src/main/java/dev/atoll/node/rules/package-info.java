/**
 * Rules and filters: expressions in CEL, compiled to SQL predicates with bound parameters.
 *
 * <p>It knows a schema as names and types, and callers as values. It never runs SQL and knows
 * nothing of files, instances, gRPC or tokens. All of it is immutable or thread-safe. DESIGN.md in
 * this folder says what maps to what.
 */
@NullMarked
package dev.atoll.node.rules;

import org.jspecify.annotations.NullMarked;

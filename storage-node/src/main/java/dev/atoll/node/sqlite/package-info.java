/**
 * SQLite: opens instance databases, checks and runs their callers' statements, and turns SQLite's
 * errors into {@link dev.atoll.wire.Failure}s.
 *
 * <p>The only package that knows SQLite, its driver and {@code java.sql}. It knows nothing of gRPC,
 * lanes, shards or who calls. An open database belongs to one thread at a time: the lane of its
 * instance. DESIGN.md in this folder says how it works and why.
 */
@NullMarked
package dev.atoll.node.sqlite;

import org.jspecify.annotations.NullMarked;

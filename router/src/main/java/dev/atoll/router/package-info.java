/**
 * The router: a stateless process between clients and nodes. It authenticates a call, finds the
 * node of its instance, and hands the call on.
 *
 * <p>{@link Router} assembles the parts; each part is a package that takes the values it needs and
 * never sees the configuration. Thread-safe.
 */
@NullMarked
package dev.atoll.router;

import org.jspecify.annotations.NullMarked;

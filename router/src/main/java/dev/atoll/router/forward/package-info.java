/**
 * Forwarding: hands a call on to the node that owns its instance, as bytes.
 *
 * <p>Reads the key in front of a body and nothing behind it. Never decodes or re-encodes a body,
 * never blocks a gRPC thread, and never sends a call a second time unless the node said that it did
 * not execute it. Thread-safe.
 */
@NullMarked
package dev.atoll.router.forward;

import org.jspecify.annotations.NullMarked;

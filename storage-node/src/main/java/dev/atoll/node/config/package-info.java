/**
 * The versions of the file that declares namespaces: where they are stored, which is current, and
 * whether this node knows that now.
 *
 * <p>What a file says is for package {@code blocks}. It knows nothing of instances and of who may
 * call. Nothing that a call asks {@link dev.atoll.node.config.ActiveConfig} waits. Thread-safe.
 * DESIGN.md in this folder says how it works.
 */
@NullMarked
package dev.atoll.node.config;

import org.jspecify.annotations.NullMarked;

/**
 * The disk: the few file operations that journal and engine stand on, so that a test can put faults
 * beneath them.
 *
 * <p>Nothing is buffered and nothing is retried: what a method promises is what the operating
 * system promised. This package knows no format. Thread-safe.
 */
@NullMarked
package dev.atoll.node.disk;

import org.jspecify.annotations.NullMarked;

/**
 * The journal: the node's append-only log of the commits of all its instances. What is in it,
 * synced, is durable.
 *
 * <p>Only this package knows its bytes (DESIGN.md has them, offset by offset), and it never knows
 * SQLite: pages are numbered bytes. Thread-safe; appending never waits for the disk.
 */
@NullMarked
package dev.atoll.node.journal;

import org.jspecify.annotations.NullMarked;

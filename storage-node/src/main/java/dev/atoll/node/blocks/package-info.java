/**
 * Block files: the YAML that declares namespaces, tables, rules and migrations.
 *
 * <p>It reads a file, finds all its problems, and compiles its rules. It knows nothing of who
 * applies a file, of instances and of calls. All of it is immutable or used by one thread.
 * DESIGN.md in this folder says how it is made.
 */
@NullMarked
package dev.atoll.node.blocks;

import org.jspecify.annotations.NullMarked;

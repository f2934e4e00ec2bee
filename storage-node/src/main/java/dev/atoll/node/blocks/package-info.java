/**
 * Blocks: what is declared of a namespace, its tables, fields, rules and limits.
 *
 * <p>Values only. It knows neither files, nor SQLite, nor calls: {@code blocks.file} reads a block
 * from YAML, {@code blocks.schema} makes tables of it. All of it is immutable. DESIGN.md in this
 * folder says how it is used.
 */
@NullMarked
package dev.atoll.node.blocks;

import org.jspecify.annotations.NullMarked;

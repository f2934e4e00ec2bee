package dev.atoll.node.blocks;

import dev.atoll.node.rules.CompiledRule;

/**
 * A rule as it was written, and as SQL. Immutable.
 *
 * @param text in CEL
 * @param compiled as SQL
 */
public record Rule(String text, CompiledRule compiled) {}

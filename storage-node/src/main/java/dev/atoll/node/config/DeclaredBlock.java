package dev.atoll.node.config;

import dev.atoll.node.blocks.Block;

/**
 * What is declared of one namespace. Immutable.
 *
 * @param version of the declarations that say so
 * @param block what they say
 */
public record DeclaredBlock(long version, Block block) {}

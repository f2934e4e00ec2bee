package dev.atoll.node.declared;

import dev.atoll.node.blocks.Block;
import dev.atoll.node.operations.InstanceRules;
import dev.atoll.node.operations.TypedOperations;
import dev.atoll.node.schema.BlockSchema;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A declared namespace, ready for calls. Immutable, but for the filters that its operations keep.
 *
 * @param schema of its instances
 * @param rules of its instances
 * @param operations on their tables
 * @param tables the names of the declared tables, as SQL compares names
 */
public record BlockInForce(
        BlockSchema schema, InstanceRules rules, TypedOperations operations, Set<String> tables) {
    public BlockInForce {
        tables = Set.copyOf(tables);
    }

    static BlockInForce of(BlockSchema schema, TypedOperations operations) {
        var block = schema.block();
        return new BlockInForce(
                schema,
                new InstanceRules(block),
                operations,
                block.tables().stream()
                        .map(table -> table.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.toSet()));
    }

    public Block block() {
        return schema.block();
    }
}

package dev.atoll.node.declared;

import dev.atoll.node.blocks.Block;
import dev.atoll.node.operations.InstanceRules;
import dev.atoll.node.operations.TypedOperations;
import dev.atoll.node.schema.BlockSchema;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
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
public record DeclaredBlock(
        BlockSchema schema, InstanceRules rules, TypedOperations operations, Set<String> tables) {
    public DeclaredBlock {
        tables = Set.copyOf(tables);
    }

    static DeclaredBlock of(BlockSchema schema, TypedOperations operations) {
        var block = schema.block();
        return new DeclaredBlock(
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

    /** Throws INSTANCE_KEY_INVALID for an id where there is one instance, or none where not. */
    public void check(InstanceKey key) {
        boolean named = !key.id().isEmpty();
        if (named != block().mode().dynamic()) {
            throw Failure.of(
                    Reason.INSTANCE_KEY_INVALID,
                    "instance "
                            + key
                            + ": namespace "
                            + key.namespace()
                            + (named
                                    ? " has a single instance (expected: no id)"
                                    : " has many instances (expected: an id)"));
        }
    }
}

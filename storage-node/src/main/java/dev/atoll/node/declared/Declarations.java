package dev.atoll.node.declared;

import dev.atoll.node.blocks.Block;
import dev.atoll.node.operations.RowIds;
import dev.atoll.node.operations.TypedOperations;
import dev.atoll.node.rules.FieldType;
import dev.atoll.node.schema.BlockSchema;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The blocks that are in force. Before the first file there are no rules: any namespace is there,
 * for services and their SQL. Thread-safe.
 */
public final class Declarations {
    private final RowIds ids;

    // Replaced whole by whoever follows the current file; null before the first.
    private volatile @Nullable Map<String, DeclaredBlock> blocks;

    /**
     * Nothing is declared yet.
     *
     * @param ids makes the ids of new rows
     */
    public Declarations(RowIds ids) {
        this.ids = ids;
    }

    /** From now on these are in force, and no others. One thread at a time. */
    public void set(long version, List<Block> declared, Map<String, FieldType> claims) {
        var next = new HashMap<String, DeclaredBlock>();
        for (var block : declared) {
            next.put(
                    block.name(),
                    DeclaredBlock.of(
                            BlockSchema.of(block, version),
                            new TypedOperations(block, claims, ids)));
        }
        blocks = Map.copyOf(next);
    }

    /**
     * The block of the instance; empty where nothing was ever declared. Throws NAMESPACE_NOT_FOUND
     * or INSTANCE_KEY_INVALID if there can be no such instance.
     */
    public Optional<DeclaredBlock> find(InstanceKey key) {
        var now = blocks;
        if (now == null) {
            return Optional.empty();
        }
        var block = now.get(key.namespace());
        if (block == null) {
            throw Failure.of(
                    Reason.NAMESPACE_NOT_FOUND,
                    "namespace " + key.namespace() + ": is not declared (expected: one that is)");
        }
        block.check(key);
        return Optional.of(block);
    }
}

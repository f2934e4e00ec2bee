package dev.atoll.node.declared;

import dev.atoll.node.config.Declarations;
import dev.atoll.node.config.DeclaredBlock;
import dev.atoll.node.operations.RowIds;
import dev.atoll.node.operations.TypedOperations;
import dev.atoll.node.schema.BlockSchema;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The blocks that are in force, each made ready when it is first asked for. Before the first file
 * there are no rules: any namespace is there, for services and their SQL. Thread-safe.
 */
public final class BlocksInForce {
    private final Supplier<Optional<Declarations>> current;
    private final RowIds ids;

    // Of the newest declarations that somebody asked for; replaced whole.
    private volatile @Nullable Ready ready;

    private record Ready(Declarations source, Map<String, BlockInForce> blocks) {}

    /**
     * Those that are current when they are asked for.
     *
     * @param current what is declared; empty before the first file
     * @param ids makes the ids of new rows
     */
    public BlocksInForce(Supplier<Optional<Declarations>> current, RowIds ids) {
        this.current = current;
        this.ids = ids;
    }

    /**
     * The block of the instance; empty where nothing was ever declared. Throws NAMESPACE_NOT_FOUND
     * or INSTANCE_KEY_INVALID if there can be no such instance.
     */
    public Optional<BlockInForce> find(InstanceKey key) {
        var declarations = current.get();
        if (declarations.isEmpty()) {
            return Optional.empty();
        }
        var declared = declarations.get().find(key.namespace()).orElseThrow(() -> undeclared(key));
        check(key, declared.block().mode().dynamic());
        return Optional.of(block(declarations.get(), declared));
    }

    /** The schema that instances of the key are declared to have; empty where there can be none. */
    public Optional<BlockSchema> findSchema(String namespace, boolean single) {
        var declarations = current.get();
        return declarations
                .flatMap(source -> source.find(namespace))
                .filter(declared -> declared.block().mode().dynamic() != single)
                .map(declared -> block(declarations.get(), declared).schema());
    }

    private BlockInForce block(Declarations source, DeclaredBlock declared) {
        return blocks(source).computeIfAbsent(declared.block().name(), _ -> make(declared));
    }

    /** Whether callers without a token are let into the namespace; the rules decide then. */
    public boolean letsNobodyIn(String namespace) {
        return current.get()
                .flatMap(declarations -> declarations.find(namespace))
                .filter(declared -> declared.block().mode().anonymous())
                .isPresent();
    }

    private Map<String, BlockInForce> blocks(Declarations source) {
        var known = ready;
        if (known == null || known.source() != source) {
            known = new Ready(source, new ConcurrentHashMap<>());
            ready = known;
        }
        return known.blocks();
    }

    private BlockInForce make(DeclaredBlock declared) {
        return BlockInForce.of(
                BlockSchema.of(declared.block(), declared.version()),
                new TypedOperations(declared.block(), Map.of(), ids));
    }

    private static void check(InstanceKey key, boolean dynamic) {
        if (dynamic == key.id().isEmpty()) {
            throw Failure.of(
                            Reason.INSTANCE_KEY_INVALID,
                            dynamic
                                    ? "id: '' (expected: one, since namespace "
                                            + key.namespace()
                                            + " is dynamic)"
                                    : "id: '"
                                            + key.id()
                                            + "' (expected: none, since namespace "
                                            + key.namespace()
                                            + " is a single instance)")
                    .with("part", "id");
        }
    }

    private static Failure undeclared(InstanceKey key) {
        return Failure.of(
                        Reason.NAMESPACE_NOT_FOUND,
                        "namespace: '" + key.namespace() + "' (expected: one that is declared)")
                .with("namespace", key.namespace());
    }
}

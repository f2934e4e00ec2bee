package dev.atoll.node.config;

import dev.atoll.node.blocks.file.BlockFile;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A version of the declarations, and what it declares. Immutable. */
public final class Declarations {
    private final ConfigVersion version;
    private final BlockFile file;
    private final Map<String, DeclaredBlock> blocks;

    Declarations(ConfigVersion version, BlockFile file) {
        this.version = version;
        this.file = file;
        var byName = new HashMap<String, DeclaredBlock>();
        file.blocks()
                .forEach(
                        block ->
                                byName.put(
                                        block.name(), new DeclaredBlock(version.number(), block)));
        this.blocks = Map.copyOf(byName);
    }

    public ConfigVersion version() {
        return version;
    }

    /** All that it declares. */
    public BlockFile file() {
        return file;
    }

    /** What it declares of a namespace; empty where that is not declared, and so does not exist. */
    public Optional<DeclaredBlock> find(String namespace) {
        return Optional.ofNullable(blocks.get(namespace));
    }
}

package dev.atoll.node.schema;

import com.google.protobuf.ByteString;
import dev.atoll.node.blocks.Block;
import dev.atoll.node.blocks.schema.TableSql;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/**
 * The schema that a block declares: its tables and migrations, and none of its rules. Two blocks
 * that differ in rules alone have the same. Immutable.
 *
 * @param block that declares it
 * @param version of the declarations that it was taken from
 * @param fingerprint the SHA-256 of all that makes it
 */
public record BlockSchema(Block block, long version, ByteString fingerprint) {
    /** The schema of a block. */
    public static BlockSchema of(Block block, long version) {
        var parts = new ArrayList<String>();
        parts.add(block.mode().sql() ? "sql" : "tables");
        block.tables()
                .forEach(
                        table -> {
                            parts.add(table.name());
                            parts.addAll(TableSql.create(table));
                            // No SQL says it, and when an instance is woken depends on it.
                            table.features().ttl().ifPresent(ttl -> parts.add("ttl " + ttl));
                        });
        parts.add("migrations");
        block.upkeep()
                .migrations()
                .forEach(
                        migration -> {
                            parts.add(migration.name());
                            parts.addAll(migration.statements());
                            parts.add("");
                        });
        return new BlockSchema(block, version, digest(parts));
    }

    /** Whether an instance that has one has the other. */
    public boolean isSame(BlockSchema other) {
        return fingerprint.equals(other.fingerprint);
    }

    /** A short form of the fingerprint, for whoever looks at many; never 0. */
    public long mark() {
        long mark = fingerprint.asReadOnlyByteBuffer().getLong();
        return mark == 0 ? 1 : mark;
    }

    private static ByteString digest(List<String> parts) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var part : parts) {
                digest.update(part.getBytes(StandardCharsets.UTF_8));
                // Never part of a text that SQLite takes.
                digest.update((byte) 0);
            }
            return ByteString.copyFrom(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}

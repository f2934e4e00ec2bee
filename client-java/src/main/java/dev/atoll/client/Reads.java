package dev.atoll.client;

import dev.atoll.proto.v1.ReadOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads that are gathered and then sent together: all of them see one and the same state. Nothing
 * runs while they are gathered. One thread at a time, and only inside {@link
 * Instance#read(java.util.function.Consumer)}.
 */
public final class Reads {
    private final List<ReadOperation> operations = new ArrayList<>();
    private boolean sent;

    Reads() {}

    /** Adds a statement with positional parameters, as {@link Sql#of(String, Object...)}. */
    public void query(String sql, @Nullable Object... parameters) {
        query(Sql.of(sql, parameters));
    }

    /** Adds a statement with named parameters. */
    public void query(String sql, Map<String, ? extends @Nullable Object> parameters) {
        query(Sql.of(sql, parameters));
    }

    /** Adds a statement. */
    public void query(Sql sql) {
        add(Codec.read(sql));
    }

    /** A table, to add typed reads of it. */
    public TableReads table(String name) {
        return new TableReads(this, Selected.all(name));
    }

    void add(ReadOperation operation) {
        if (sent) {
            throw new IllegalStateException("the reads were sent; no more can be added to them");
        }
        operations.add(operation);
    }

    /** The wire form of all; from now on there are no more. */
    List<ReadOperation> send() {
        sent = true;
        return List.copyOf(operations);
    }
}

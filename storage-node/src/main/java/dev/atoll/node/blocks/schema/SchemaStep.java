package dev.atoll.node.blocks.schema;

import java.util.List;

/**
 * One step towards a declared schema. Immutable.
 *
 * @param table the table it is about
 * @param sql the statements, in order
 * @param changes what it does, for people
 */
public record SchemaStep(String table, List<String> sql, List<Change> changes) {
    public SchemaStep {
        sql = List.copyOf(sql);
        changes = List.copyOf(changes);
    }
}

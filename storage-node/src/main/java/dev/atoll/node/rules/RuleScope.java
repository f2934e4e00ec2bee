package dev.atoll.node.rules;

import java.util.Map;

/** Where an expression stands, and so which variables it has. Immutable. */
public sealed interface RuleScope {
    /**
     * A rule of a table: {@code auth}, {@code row}, {@code instance}, {@code now}, {@code
     * tables.NAME}.
     *
     * @param table the table whose rows it is asked about
     * @param ofNew whether it decides if a row may be added, which is in the table by then
     */
    record TableRule(String table, boolean ofNew) implements RuleScope {
        /** A rule of rows that are there. */
        public TableRule(String table) {
            this(table, false);
        }
    }

    /**
     * The {@code access} and {@code delete} rules of a namespace: {@code auth}, {@code instance},
     * {@code now}, {@code tables.NAME}.
     */
    record InstanceRule() implements RuleScope {}

    /**
     * The {@code create} rule: {@code auth}, {@code instance}, {@code now}. No tables: it is asked
     * before there are any.
     */
    record CreateRule() implements RuleScope {}

    /**
     * A caller's filter: {@code row}, {@code args}, {@code now}. No {@code auth} and {@code
     * instance}, which the caller knows, and no {@code tables.NAME}: it may not look where the read
     * rules of another table apply.
     *
     * @param table the table whose rows it chooses from
     * @param arguments the types of the arguments that come with it
     */
    record Filter(String table, Map<String, FieldType> arguments) implements RuleScope {
        public Filter {
            arguments = Map.copyOf(arguments);
        }
    }
}

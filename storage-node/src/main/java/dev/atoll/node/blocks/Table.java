package dev.atoll.node.blocks;

import dev.atoll.node.rules.FieldType;
import dev.atoll.node.rules.RuleField;
import dev.atoll.node.rules.RuleTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A declared table. Immutable.
 *
 * @param name in rules and in SQL
 * @param fields the automatic ones first
 * @param indexes those over more than one field
 * @param features search and expiry
 * @param access rules of rows; an operation without one is denied to users
 */
public record Table(
        String name,
        List<Field> fields,
        List<Index> indexes,
        Features features,
        Map<Operation, Rule> access) {
    /** The field that names a row: a text, by default a UUIDv7. */
    public static final String ID = "id";

    /** The field with the moment at which a row was made. */
    public static final String CREATED_AT = "createdAt";

    /** The field with the moment at which a row was changed last. */
    public static final String UPDATED_AT = "updatedAt";

    /** What every table has by itself. */
    public static final List<Field> AUTOMATIC =
            List.of(
                    Field.automatic(ID, FieldType.TEXT),
                    Field.automatic(CREATED_AT, FieldType.DATETIME),
                    Field.automatic(UPDATED_AT, FieldType.DATETIME));

    public Table {
        fields = List.copyOf(fields);
        indexes = List.copyOf(indexes);
        access = Map.copyOf(access);
    }

    /** What may be done with rows. */
    public enum Operation {
        READ,
        INSERT,
        UPDATE,
        /** What a changed row has to be: {@code update}, if it has no rule of its own. */
        CHECK,
        DELETE
    }

    /**
     * An index.
     *
     * @param fields in order
     * @param unique whether no two rows have the same values
     * @param where an SQL condition: only its rows are in the index
     * @param include fields that are only read from it
     */
    public record Index(
            List<String> fields, boolean unique, Optional<String> where, List<String> include) {
        public Index {
            fields = List.copyOf(fields);
            include = List.copyOf(include);
        }

        /** One over all rows, with nothing beside its fields. */
        public Index(List<String> fields, boolean unique) {
            this(fields, unique, Optional.empty(), List.of());
        }
    }

    /**
     * What else it has.
     *
     * @param search fields for full-text search; empty for none
     * @param ttl the field after whose moment a row is gone
     */
    public record Features(List<String> search, Optional<String> ttl) {
        public Features {
            search = List.copyOf(search);
        }
    }

    /** The same with rules. */
    public Table with(Map<Operation, Rule> rules) {
        return new Table(name, fields, indexes, features, rules);
    }

    /** As rules and filters see it. */
    RuleTable ruleTable() {
        var seen =
                fields.stream()
                        .map(
                                field ->
                                        new RuleField(
                                                field.name(),
                                                field.type(),
                                                !field.presence().required(),
                                                field.name()))
                        .toList();
        var expiry =
                features.ttl()
                        .flatMap(this::find)
                        .filter(field -> field.type() == FieldType.DATETIME)
                        .map(Field::name)
                        .orElse(null);
        return new RuleTable(name, name, seen, expiry);
    }

    /** The field of that name. */
    public Optional<Field> find(String field) {
        return fields.stream().filter(other -> other.name().equals(field)).findFirst();
    }
}

package dev.atoll.node.rules;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * A table, as rules see it. Immutable.
 *
 * @param name what a rule calls it
 * @param sqlName its name in SQL
 * @param fields the automatic ones too
 * @param expiry the datetime field after whose moment a row is gone; null if rows never expire
 */
public record RuleTable(
        String name, String sqlName, List<RuleField> fields, @Nullable String expiry) {
    public RuleTable {
        RuleField.checkName("table", name);
        if (sqlName.isEmpty()) {
            throw new IllegalArgumentException("SQL name of " + name + ": empty");
        }
        fields = List.copyOf(fields);
        if (byName(fields).size() != fields.size()) {
            throw new IllegalArgumentException("table " + name + ": a field is there twice");
        }
        var expiring = expiry == null ? null : byName(fields).get(expiry);
        if (expiry != null && (expiring == null || expiring.type() != FieldType.DATETIME)) {
            throw new IllegalArgumentException(
                    "expiry of " + name + ": " + expiry + " (expected: a datetime field)");
        }
    }

    /** One whose rows never expire. */
    public RuleTable(String name, String sqlName, List<RuleField> fields) {
        this(name, sqlName, fields, null);
    }

    /** The field of that name. */
    Optional<RuleField> find(String field) {
        return fields.stream().filter(other -> other.name().equals(field)).findFirst();
    }

    List<String> fieldNames() {
        return fields.stream().map(RuleField::name).toList();
    }

    Optional<RuleField> expiryField() {
        return Optional.ofNullable(expiry).flatMap(this::find);
    }

    private static SequencedMap<String, RuleField> byName(List<RuleField> fields) {
        var names = new LinkedHashMap<String, RuleField>();
        fields.forEach(field -> names.put(field.name(), field));
        return names;
    }
}

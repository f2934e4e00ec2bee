package dev.atoll.node.rules;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What rules can speak of: the tables of one namespace, and the claims in {@code auth.custom}.
 * Immutable.
 *
 * @param tables all tables of the namespace
 * @param claims the declared claims and their types: text, integer, real, boolean or json. If none
 *     is declared, a rule may name any claim, and its type is the token's; else only these
 */
public record RuleSchema(List<RuleTable> tables, Map<String, FieldType> claims) {
    public RuleSchema {
        tables = List.copyOf(tables);
        claims = Map.copyOf(claims);
        if (tables.stream().map(RuleTable::name).distinct().count() != tables.size()) {
            throw new IllegalArgumentException("tables: a name is there twice");
        }
        claims.forEach(
                (name, type) -> {
                    RuleField.checkName("claim", name);
                    if (type == FieldType.DATETIME || type == FieldType.BLOB) {
                        throw new IllegalArgumentException(
                                "claim "
                                        + name
                                        + ": "
                                        + type.word()
                                        + " (expected: text, integer, real, boolean or json)");
                    }
                });
    }

    SequencedMap<String, RuleTable> tablesByName() {
        var names = new LinkedHashMap<String, RuleTable>();
        tables.forEach(table -> names.put(table.name(), table));
        return names;
    }
}

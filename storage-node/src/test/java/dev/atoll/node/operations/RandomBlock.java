package dev.atoll.node.operations;

import dev.atoll.node.blocks.Table;
import dev.atoll.node.blocks.file.BlockFile;
import dev.atoll.node.rules.RandomRules;
import dev.atoll.node.rules.RulePair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A made-up block: two tables under random rules, which refer to each other, and those that rules
 * ask. Of each rule it has the text that CEL's own evaluation is asked.
 */
final class RandomBlock {
    /** The tables whose rows are hidden from some. */
    static final List<String> TABLES = List.of("docs", "items");

    /** The tables that rules ask; no user writes them. */
    static final List<String> ASKED = List.of("members", "bans", "empty");

    private static final String FIELDS =
            """
            {
                      title:   { type: text },
                      n:       { type: integer },
                      count:   { type: integer, required: true, default: 1 },
                      r:       { type: real },
                      secret:  { type: boolean, required: true, default: false },
                      flag:    { type: boolean },
                      at:      { type: datetime },
                      meta:    { type: json },
                      data:    { type: blob },
                      ownerId: { type: text, index: true },
                      slug:    { type: text, unique: true },
                      parent:  { type: text, references: docs.id, on-delete: ON-DELETE },
                      length:  { type: integer, computed: length(title) }
                    }
            """
                    .strip();

    private static final String OTHERS =
            """
                  members:
                    fields: { userId: { type: text }, level: { type: integer }, active: { type: boolean, required: true }, until: { type: datetime } }
                    ttl: until
                    access: { read: row.userId == auth.id }
                  bans: { fields: { userId: { type: text } } }
                  empty: { fields: {} }
            """;

    private final RandomGenerator random;

    /** Rules as people write them, under which more is allowed than under random ones. */
    private final boolean usual;

    private final Map<String, Map<Table.Operation, RulePair>> rules = new HashMap<>();
    private final Map<String, Boolean> restricts = new HashMap<>();
    private final String yaml;

    RandomBlock(RandomGenerator random) {
        this.random = random;
        this.usual = random.nextBoolean();
        var tables = new StringBuilder();
        for (var table : TABLES) {
            tables.append("      ").append(table).append(":\n").append(table(table));
        }
        this.yaml =
                "databases:\n  ws:\n    dynamic: true\n    access: { create: 'true', access: 'true'"
                        + " }\n    tables:\n"
                        + tables
                        + OTHERS;
    }

    String yaml() {
        return yaml;
    }

    /** Empty where it is denied to users. */
    Optional<RulePair> rule(String table, Table.Operation operation) {
        var declared = rules.getOrDefault(table, Map.of());
        return Optional.ofNullable(
                operation == Table.Operation.CHECK && !declared.containsKey(operation)
                        ? declared.get(Table.Operation.UPDATE)
                        : declared.get(operation));
    }

    /** Whether a row of the table keeps the one that it refers to from being deleted. */
    boolean restricts(String table) {
        return restricts.getOrDefault(table, true);
    }

    private String table(String name) {
        var onDelete = one(List.of("restrict", "cascade", "set-null"));
        restricts.put(name, onDelete.equals("restrict"));
        var lines = new ArrayList<String>();
        lines.add("fields: " + FIELDS.replace("ON-DELETE", onDelete));
        if (random.nextInt(4) > 0) {
            lines.add("search: [title]");
        }
        if (random.nextInt(4) == 0) {
            lines.add("ttl: at");
        }
        var own = new HashMap<Table.Operation, RulePair>();
        lines.add("access:");
        for (var operation : Table.Operation.values()) {
            int never = operation == Table.Operation.READ ? 12 : 6;
            if (random.nextInt(never) > 0) {
                var rule = rule();
                own.put(operation, rule);
                lines.add(
                        "  "
                                + operation.name().toLowerCase(Locale.ROOT)
                                + ": "
                                + quoted(rule.rule()));
            }
        }
        if (own.isEmpty()) {
            lines.removeLast();
        }
        rules.put(name, own);
        var text = new StringBuilder();
        lines.forEach(line -> text.append("        ").append(line).append('\n'));
        return text.toString();
    }

    /** One that the language has, and that is not too large for it. */
    private RulePair rule() {
        while (true) {
            var any = new RandomRules(random, false, false).condition(random.nextInt(1, 4));
            var rule =
                    switch (random.nextInt(usual ? 6 : 9)) {
                        case 0 -> RulePair.same("true");
                        case 1, 2 -> RulePair.same("row.ownerId == auth.id");
                        case 3 -> RulePair.same("row.secret == false || row.ownerId == auth.id");
                        case 4 ->
                                RulePair.same(
                                        "tables.members.exists(m, m.userId == auth.id && m.level >="
                                                + " row.n)");
                        case 5 -> RulePair.of("(row.ownerId == auth.id || #)", any);
                        case 6 -> RulePair.of("(!row.secret && #)", any);
                        case 7 -> RulePair.of("(row.secret || !(#))", any);
                        default -> any;
                    };
            if (compiles(rule.rule())) {
                return rule;
            }
        }
    }

    private static boolean compiles(String rule) {
        var yaml =
                "databases:\n  ws:\n    tables:\n      docs:\n        fields: "
                        + FIELDS.replace("ON-DELETE", "cascade")
                        + "\n        access: { read: "
                        + quoted(rule)
                        + " }\n"
                        + OTHERS;
        return BlockFile.read(yaml) instanceof BlockFile.Result.Right;
    }

    /** As YAML takes it. */
    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\0", "\\0") + '"';
    }

    private <T> T one(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}

package dev.atoll.node.rules;

import static dev.atoll.node.rules.FieldType.BLOB;
import static dev.atoll.node.rules.FieldType.BOOLEAN;
import static dev.atoll.node.rules.FieldType.DATETIME;
import static dev.atoll.node.rules.FieldType.INTEGER;
import static dev.atoll.node.rules.FieldType.JSON;
import static dev.atoll.node.rules.FieldType.REAL;
import static dev.atoll.node.rules.FieldType.TEXT;

import dev.atoll.wire.InstanceKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tables and callers that the tests of rules speak of. */
final class TestSchema {
    static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");

    /** SQL names differ from the rules' names, and need their quotes. */
    static final RuleTable DOCS =
            new RuleTable(
                    "docs",
                    "t docs",
                    List.of(
                            new RuleField("id", TEXT, false, "id"),
                            new RuleField("title", TEXT, true, "f \"title\""),
                            new RuleField("n", INTEGER, true, "n"),
                            new RuleField("count", INTEGER, false, "count"),
                            new RuleField("r", REAL, true, "r"),
                            new RuleField("secret", BOOLEAN, false, "secret"),
                            new RuleField("flag", BOOLEAN, true, "flag"),
                            new RuleField("at", DATETIME, true, "at"),
                            new RuleField("meta", JSON, true, "meta"),
                            new RuleField("data", BLOB, true, "data"),
                            new RuleField("ownerId", TEXT, true, "ownerId")));

    static final RuleTable MEMBERS =
            new RuleTable(
                    "members",
                    "members",
                    List.of(
                            new RuleField("id", TEXT, false, "id"),
                            new RuleField("userId", TEXT, true, "userId"),
                            new RuleField("level", INTEGER, true, "level"),
                            new RuleField("active", BOOLEAN, false, "active"),
                            new RuleField("until", DATETIME, true, "until")),
                    "until");

    static final RuleTable BANS =
            new RuleTable(
                    "bans",
                    "bans",
                    List.of(
                            new RuleField("id", TEXT, false, "id"),
                            new RuleField("userId", TEXT, true, "userId")));

    static final RuleTable EMPTY =
            new RuleTable("empty", "empty", List.of(new RuleField("id", TEXT, false, "id")));

    static final List<RuleTable> TABLES = List.of(DOCS, MEMBERS, BANS, EMPTY);

    /** Claims are not declared: each has the type that it has. */
    static final RuleSchema OPEN = new RuleSchema(TABLES, Map.of());

    static final RuleSchema DECLARED =
            new RuleSchema(
                    TABLES,
                    Map.of(
                            "plan", TEXT, "level", INTEGER, "price", REAL, "flag", BOOLEAN, "teams",
                            JSON));

    static final RuleScope RULE = new RuleScope.TableRule("docs");
    static final InstanceKey INSTANCE = new InstanceKey("workspace", "acme");

    static final Identity ALICE =
            new Identity(
                    "alice",
                    "admin",
                    null,
                    Map.of(
                            "plan", Dynamic.of("pro"),
                            "level", Dynamic.of(3),
                            "price", Dynamic.of(2),
                            "flag", Dynamic.of(true),
                            "teams", Dynamic.of(List.of("t1", "t2")),
                            "mixed", Dynamic.of(List.of("t1", 5)),
                            "limits", Dynamic.of(Map.of("docs", 10)),
                            "nothing", Dynamic.NULL));

    static final Identity BOB =
            new Identity("bob", null, "bob@example.org", Map.of("level", Dynamic.of("3")));

    private TestSchema() {}

    static RuleContext call(@Nullable Identity caller) {
        return new RuleContext(caller, INSTANCE, NOW);
    }

    static RuleContext call(Map<String, Argument> arguments) {
        return new RuleContext(ALICE, INSTANCE, NOW, arguments);
    }
}

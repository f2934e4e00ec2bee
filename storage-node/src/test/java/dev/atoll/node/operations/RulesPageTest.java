package dev.atoll.node.operations;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import dev.atoll.node.blocks.Table;
import dev.atoll.node.blocks.file.BlockFile;
import dev.atoll.node.rules.Dynamic;
import dev.atoll.node.rules.Identity;
import dev.atoll.node.rules.RuleContext;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule of {@code docs/rules.md} means what the page says, on the rows that it shows. */
class RulesPageTest {
    private static final Path PAGE = Path.of("../docs/rules.md");
    private static final String EXAMPLE_RULE = "read: row.owner == auth.id";
    private static final View IDS = new View(List.of("id"), 100, "");
    private static final Pattern CELLS = Pattern.compile("(?<!\\\\)\\|");

    @TempDir private Path folder;

    /** A row of a table of the page. */
    record Line(String rule, String said) {}

    /** The rows of the tables with that heading of the second column. */
    private static Stream<Line> lines(String heading) {
        var lines = new ArrayList<Line>();
        boolean within = false;
        for (var line : page().lines().toList()) {
            var cells = line.startsWith("|") ? cells(line) : List.<String>of();
            if (cells.size() < 2) {
                within = false;
            } else if (cells.getFirst().equals("rule")) {
                within = cells.get(1).equals(heading);
            } else if (within && !line.startsWith("|--")) {
                lines.add(new Line(code(cells.getFirst()), cells.get(1)));
            }
        }
        assertThat(lines).hasSizeGreaterThan(5);
        return lines.stream();
    }

    private static List<String> cells(String line) {
        var inner = line.strip().substring(1, line.strip().length() - 1);
        return Splitter.on(CELLS).splitToStream(inner).map(String::strip).toList();
    }

    /** What is in backquotes. */
    private static String code(String cell) {
        assertThat(cell).startsWith("`").endsWith("`");
        return cell.substring(1, cell.length() - 1).replace("\\|", "|");
    }

    private static String page() {
        try {
            return Files.readString(PAGE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String yaml(String rule) {
        var yaml = Pattern.compile("(?s)```yaml\n(.*?)```").matcher(page());
        assertThat(yaml.find()).isTrue();
        assertThat(yaml.group(1)).contains(EXAMPLE_RULE);
        return yaml.group(1).replace(EXAMPLE_RULE, "read: '" + rule.replace("'", "''") + "'");
    }

    static Stream<Line> meanings() {
        return lines("lets through");
    }

    static Stream<Line> translations() {
        return lines("SQL");
    }

    static Stream<Line> refusals() {
        return lines("reason");
    }

    @ParameterizedTest
    @MethodSource("meanings")
    void letsThrough(Line line) {
        try (var db = TestOperations.in(folder, yaml(line.rule()))) {
            fill(db);
            var shown = db.read(alice(db), new Operation.ListRows("docs", Filter.ALL, "id", IDS));
            assertThat(
                            TestOperations.only(shown).stream()
                                    .map(String::valueOf)
                                    .collect(Collectors.joining(" ")))
                    .isEqualTo(line.said());
        }
    }

    @ParameterizedTest
    @MethodSource("translations")
    void becomes(Line line) {
        assertThat(BlockFile.read(yaml(line.rule())))
                .isInstanceOfSatisfying(
                        BlockFile.Result.Right.class,
                        right -> assertThat(sql(right.file())).isEqualTo(code(line.said())));
    }

    private static String sql(BlockFile file) {
        var table = file.blocks().getFirst().find("docs").orElseThrow();
        var rule = table.access().get(Table.Operation.READ);
        return Objects.requireNonNull(rule).compiled().sql();
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void isRefused(Line line) {
        assertThat(BlockFile.read(yaml(line.rule())))
                .isInstanceOfSatisfying(
                        BlockFile.Result.Wrong.class,
                        wrong ->
                                assertThat(wrong.problems())
                                        .anySatisfy(
                                                problem ->
                                                        assertThat(problem.text())
                                                                .startsWith(line.said())));
    }

    @Test
    void aRuleOfANewRowFindsThatRowUnlessItIsLeftOut() {
        var inserts =
                Pattern.compile("(?m)^insert: (.*admin.*)$")
                        .matcher(page())
                        .results()
                        .map(found -> found.group(1))
                        .toList();
        assertThat(inserts).hasSize(2);
        assertThat(makesHimselfAdmin(inserts.getFirst())).isTrue();
        assertThat(makesHimselfAdmin(inserts.getLast())).isFalse();
    }

    /** Whether a member does, who may leave. An admin who is one may add others. */
    private boolean makesHimselfAdmin(String insert) {
        var members =
                "members: { fields: { userId: { type: text, unique: true }, role: { type: text } },"
                        + " access: { read: true, delete: row.userId == auth.id, insert: \""
                        + insert
                        + "\" } }";
        try (var db = TestOperations.withTables(folder.resolve("m" + insert.length()), members)) {
            db.add("members", TestOperations.fields("userId", "alice", "role", "admin"));
            db.add("members", TestOperations.fields("id", "b", "userId", "bob", "role", "member"));
            var carol = TestOperations.fields("userId", "carol", "role", "member");
            db.run(db.user("alice"), new Operation.Insert("members", carol));
            var bob = TestOperations.fields("userId", "bob", "role", "admin");
            try {
                db.run(
                        db.user("bob"),
                        List.of(
                                new Operation.Delete("members", "b"),
                                new Operation.Insert("members", bob)));
                return true;
            } catch (Failure e) {
                assertThat(e.reason()).isEqualTo(Reason.RULE_DENIED);
                return false;
            }
        }
    }

    @Test
    void checkHoldsTheNewRowAndNothingOfTheOldOne() {
        var votes =
                "votes: { fields: { author: { type: text }, n: { type: integer } }, access: { read:"
                        + " true, update: row.author == auth.id } }";
        try (var db = TestOperations.withTables(folder, votes)) {
            var id = db.add("votes", TestOperations.fields("author", "alice", "n", 1));
            var alice = db.user("alice");
            db.run(alice, new Operation.Update("votes", id, patch("n", 2)));
            db.refused(
                    Reason.RULE_DENIED,
                    alice,
                    new Operation.Update("votes", id, patch("author", "bob")));
        }
    }

    @Test
    void whatCannotBeSeenCannotBeChanged() {
        var box =
                "box: { fields: { s: { type: text } }, access: { read: row.s == 'open', insert:"
                        + " true, update: true, delete: true } }";
        try (var db = TestOperations.withTables(folder, box)) {
            db.add("box", TestOperations.fields("id", "x", "s", "shut"));
            var alice = db.user("alice");
            for (var operation :
                    List.of(
                            new Operation.Update("box", "x", patch("s", "open")),
                            new Operation.Delete("box", "x"))) {
                db.refused(Reason.ROW_NOT_FOUND, alice, operation);
            }
            var again = TestOperations.fields("id", "x", "s", "open");
            db.refused(Reason.RULE_DENIED, alice, new Operation.Upsert("box", again, ""));
        }
    }

    private static Patch patch(String field, Object value) {
        return Patch.of(TestOperations.fields(field, value));
    }

    private static RowCaller alice(TestOperations db) {
        return RowCaller.user(
                new RuleContext(
                        new Identity(
                                "alice",
                                "admin",
                                null,
                                Map.of(
                                        "plan", Dynamic.of("pro"),
                                        "seats", Dynamic.of(3),
                                        "teams", Dynamic.of(List.of("red", "blue")))),
                        TestOperations.KEY,
                        db.now()));
    }

    /** As the page says. */
    private static void fill(TestOperations db) {
        var rows =
                page().lines()
                        .dropWhile(line -> !line.startsWith("| docs: id "))
                        .takeWhile(line -> line.startsWith("|"))
                        .map(RulesPageTest::cells)
                        .toList();
        var names = rows.getFirst();
        assertThat(rows).hasSize(6);
        for (var row : rows.subList(2, rows.size())) {
            var fields = new HashMap<String, TypedValue>();
            fields.put("id", TypedValue.of(row.getFirst()));
            for (int i = 1; i < names.size(); i++) {
                if (!row.get(i).isEmpty()) {
                    fields.put(names.get(i), value(names.get(i), row.get(i)));
                }
            }
            db.add("docs", fields);
        }
        db.add("members", TestOperations.fields("userId", "alice", "role", "admin"));
        db.add("members", TestOperations.fields("userId", "bob", "role", "member"));
        db.add("bans", Map.of());
    }

    private static TypedValue value(String field, String cell) {
        return switch (field) {
            case "stars" -> TypedValue.of(Long.parseLong(cell));
            case "price" -> TypedValue.of(Double.parseDouble(cell));
            case "open" -> TypedValue.of(Boolean.parseBoolean(cell));
            case "due" -> TypedValue.of(Instant.parse(cell));
            case "meta" -> TypedValue.json(cell);
            default -> TypedValue.of(cell);
        };
    }
}

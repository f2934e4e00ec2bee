package dev.atoll.node.operations;

import static dev.atoll.node.operations.TestOperations.fields;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.rules.Dynamic;
import dev.atoll.node.rules.Identity;
import dev.atoll.node.rules.RuleContext;
import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What rules allow, and what there are no rules for. */
class AccessTest {
    @TempDir private Path folder;

    private static List<Operation> all(String table) {
        return List.of(
                new Operation.Get(table, "x", List.of()),
                new Operation.ListRows(table, Filter.ALL, "", View.DEFAULT),
                new Operation.Count(table, Filter.ALL),
                new Operation.Search(table, "x", Filter.ALL, View.DEFAULT, false),
                new Operation.Insert(table, fields("s", "x")),
                new Operation.Update(table, "x", Patch.of(fields("s", "x"))),
                new Operation.Upsert(table, fields("id", "x", "s", "x"), ""),
                new Operation.Delete(table, "x"),
                new Operation.UpdateWhere(table, Filter.ALL, Patch.of(fields("s", "x"))),
                new Operation.DeleteWhere(table, Filter.ALL));
    }

    @Test
    void withoutARuleNothingIsAllowed() {
        try (var db =
                TestOperations.withTables(
                        folder,
                        "closed: { fields: { s: { type: text } }, search: [s] }",
                        "reads: { fields: { s: { type: text } }, search: [s], access: { read: true"
                                + " } }")) {
            for (var operation : all("closed")) {
                db.refused(Reason.RULE_DENIED, db.user("alice"), operation);
                db.refused(Reason.RULE_DENIED, db.anonymous(), operation);
            }
            for (var operation : all("reads")) {
                if (operation instanceof Operation.Write) {
                    db.refused(Reason.RULE_DENIED, db.user("alice"), operation);
                }
            }
            assertThat(db.read(db.user("alice"), new Operation.Count("reads", Filter.ALL)).count())
                    .isZero();
            db.add("closed", fields("id", "x", "s", "x"));
            for (var operation : all("closed")) {
                if (!(operation instanceof Operation.DeleteWhere)) {
                    db.run(db.service(), operation);
                }
                if (operation instanceof Operation.Delete) {
                    db.add("closed", fields("id", "x", "s", "x"));
                }
            }
        }
    }

    @Test
    void whoMayNotReadMayStillInsert() {
        try (var db =
                TestOperations.withTables(
                        folder,
                        "box: { fields: { s: { type: text } }, access: { insert: true, update:"
                                + " true, delete: true } }")) {
            var id = TestOperations.id(db.run(db.user("a"), new Operation.Insert("box", Map.of())));
            for (var operation :
                    List.<Operation>of(
                            new Operation.Get("box", id, List.of()),
                            new Operation.Update("box", id, Patch.of(fields("s", "x"))),
                            new Operation.Delete("box", id),
                            new Operation.DeleteWhere("box", Filter.ALL),
                            new Operation.Upsert("box", fields("id", id, "s", "x"), ""))) {
                db.refused(Reason.RULE_DENIED, db.user("a"), operation);
            }
        }
    }

    @Test
    void unknownDenies() {
        try (var db =
                TestOperations.withTables(
                        folder,
                        "t: { fields: { n: { type: integer } }, access: { read: row.n != 5, insert:"
                                + " auth.custom.plan == 'pro' } }",
                        "u: { fields: { n: { type: integer } }, access: { read:"
                                + " \"!tables.bans.exists(b, b.userId == auth.id)\" } }",
                        "bans: { fields: { userId: { type: text } } }")) {
            db.add("t", Map.of());
            db.add("t", fields("id", "six", "n", 6));
            assertThat(TestOperations.named(list(db, db.user("a"), "t")))
                    .singleElement()
                    .satisfies(row -> assertThat(row).containsEntry("id", "six"));
            db.refused(Reason.RULE_DENIED, db.user("a"), new Operation.Insert("t", Map.of()));
            db.run(withPlan(db, new Dynamic.Text("pro")), new Operation.Insert("t", Map.of()));
            for (var wrong :
                    List.of(
                            new Dynamic.Text("free"),
                            new Dynamic.Bool(true),
                            Dynamic.NULL,
                            new Dynamic.Items(List.of(new Dynamic.Text("pro"))))) {
                db.refused(
                        Reason.RULE_DENIED,
                        withPlan(db, wrong),
                        new Operation.Insert("t", Map.of()));
            }
            db.add("u", Map.of());
            assertThat(list(db, db.user("a"), "u").rows()).hasSize(1);
            var ban = db.add("bans", Map.of());
            assertThat(list(db, db.user("a"), "u").rows()).isEmpty();
            db.run(
                    db.service(),
                    new Operation.Update("bans", ban, Patch.of(fields("userId", "b"))));
            assertThat(list(db, db.user("a"), "u").rows()).hasSize(1);
            assertThat(list(db, db.user("b"), "u").rows()).isEmpty();
        }
    }

    private static OperationResult list(TestOperations db, RowCaller caller, String table) {
        return db.read(caller, new Operation.ListRows(table, Filter.ALL, "", View.DEFAULT));
    }

    private static RowCaller withPlan(TestOperations db, Dynamic plan) {
        return RowCaller.user(
                new RuleContext(
                        new Identity("a", null, null, Map.of("plan", plan)),
                        TestOperations.KEY,
                        db.now()));
    }

    @Test
    void aPatternIsARuleToo() {
        try (var db =
                TestOperations.withTables(
                        folder,
                        "t: { fields: { s: { type: text } }, access: { read: \"row.s.matches('^a+$')\","
                                + " insert: \"row.s.matches('a')\" } }")) {
            db.add("t", fields("s", "aaa"));
            db.add("t", fields("s", "aab"));
            assertThat(list(db, db.user("a"), "t").rows()).hasSize(1);
            db.run(db.user("a"), new Operation.Insert("t", fields("s", "xa")));
            db.refused(
                    Reason.RULE_DENIED, db.user("a"), new Operation.Insert("t", fields("s", "x")));
        }
    }

    @Test
    void rulesSeeComputedFieldsAndDefaults() {
        try (var db =
                TestOperations.withTables(
                        folder,
                        "t: { fields: { a: { type: integer, default: 2 }, b: { type: integer,"
                                + " computed: a * 2 } }, access: { read: true, insert: row.b <= 10,"
                                + " update: true, check: row.b < 10 } }")) {
            var id = TestOperations.id(db.run(db.user("u"), new Operation.Insert("t", Map.of())));
            assertThat(db.row(db.user("u"), "t", id)).containsEntry("b", 4L);
            db.refused(Reason.RULE_DENIED, db.user("u"), new Operation.Insert("t", fields("a", 6)));
            db.refused(
                    Reason.RULE_DENIED,
                    db.user("u"),
                    new Operation.Update("t", id, Patch.of(fields("a", 5))));
            db.refused(
                    Reason.VALIDATION_FAILED,
                    db.user("u"),
                    new Operation.Insert("t", fields("b", 1)));
            db.run(db.user("u"), new Operation.Update("t", id, Patch.of(fields("a", 4))));
        }
    }

    @Test
    void namesWhichOfTwoReferencesLeadsNowhere() {
        try (var db =
                TestOperations.withTables(
                        folder,
                        "a: { fields: { s: { type: text } } }",
                        "b: { fields: { one: { type: text, references: a.id }, two: { type: text,"
                                + " references: a.id } } }")) {
            db.add("a", fields("id", "x"));
            db.add("b", fields("one", "x", "two", "x"));
            var failure =
                    db.refused(
                            Reason.CONSTRAINT_VIOLATION,
                            db.service(),
                            new Operation.Insert("b", fields("one", "x", "two", "y")));
            assertThat(failure.details()).containsEntry("field", "two");
        }
    }

    @Test
    void anInstanceWithOtherTablesSaysSo() {
        try (var db = TestOperations.withTables(folder, "t: { fields: { s: { type: text } } }")) {
            db.sql("ALTER TABLE t RENAME COLUMN s TO other");
            db.refused(
                    Reason.MIGRATION_FAILED,
                    db.service(),
                    new Operation.ListRows("t", Filter.ALL, "", View.DEFAULT));
        }
    }

    /** It is the caller's, who can do something about it. */
    @Test
    void anErrorOfWhatWasAskedIsNotTheTables() {
        try (var db =
                TestOperations.withTables(
                        folder,
                        "t: { fields: { n: { type: integer }, m: { type: integer, computed:"
                                + " abs(n) } } }")) {
            var failure =
                    db.refused(
                            Reason.SQL_ERROR,
                            db.service(),
                            new Operation.Insert("t", fields("n", Long.MIN_VALUE)));
            assertThat(failure.message()).isEqualTo("integer overflow");
        }
    }

    @Test
    void anInstanceWithoutTheTableSaysSo() {
        try (var db =
                TestOperations.withTables(
                        folder, "t: { fields: { s: { type: text, unique: true } } }")) {
            db.sql("ALTER TABLE t RENAME COLUMN s TO other");
            for (var operation :
                    List.<Operation>of(
                            new Operation.Insert("t", fields("s", "x")),
                            new Operation.Upsert("t", fields("s", "x"), "s"))) {
                db.refused(Reason.MIGRATION_FAILED, db.service(), operation);
            }
            db.sql("DROP TABLE t");
            db.refused(Reason.MIGRATION_FAILED, db.service(), new Operation.Count("t", Filter.ALL));
        }
    }
}

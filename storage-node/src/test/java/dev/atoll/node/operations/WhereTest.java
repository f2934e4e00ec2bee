package dev.atoll.node.operations;

import static dev.atoll.node.operations.TestOperations.fields;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.rules.Times;
import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WhereTest {
    @TempDir private Path folder;
    private TestOperations db;

    @BeforeEach
    void open() {
        db = TestOperations.in(folder, TestOperations.DOCS);
        for (int i = 0; i < 4; i++) {
            db.add("docs", fields("id", "a" + i, "title", "t", "n", i, "ownerId", "alice"));
            db.add("docs", fields("id", "b" + i, "title", "t", "n", i, "ownerId", "bob"));
            db.add(
                    "docs",
                    fields("id", "h" + i, "title", "t", "n", i, "ownerId", "bob", "secret", true));
        }
    }

    @AfterEach
    void close() {
        db.close();
    }

    private static Operation set(String filter, Object... namesAndValues) {
        return new Operation.UpdateWhere(
                "docs", new Filter(filter), Patch.of(fields(namesAndValues)));
    }

    private static Operation add(String filter, Object... namesAndValues) {
        return new Operation.UpdateWhere(
                "docs", new Filter(filter), new Patch(Map.of(), fields(namesAndValues), List.of()));
    }

    private long count(String filter) {
        return db.read(db.service(), new Operation.Count("docs", new Filter(filter))).count();
    }

    @Test
    void changesWhatTheCallerMayChange() {
        db.pass(Duration.ofSeconds(1));
        var result = db.run(db.user("alice"), set("row.n >= 2", "kind", "b"));
        assertThat(result.changes()).isEqualTo(2);
        assertThat(result.rows()).isEmpty();
        assertThat(count("row.kind == 'b'")).isEqualTo(2);
        assertThat(db.row(db.service(), "docs", "a2"))
                .containsEntry("updatedAt", Times.micros(db.now()));
        assertThat(db.row(db.service(), "docs", "b2"))
                .containsEntry("updatedAt", Times.micros(TestOperations.START));
        assertThat(db.run(db.service(), set("row.n >= 2", "kind", "b")).changes()).isEqualTo(6);
    }

    @Test
    void aFilterSeesNothingThatIsHidden() {
        assertThat(db.run(db.user("alice"), set("row.secret", "kind", "b")).changes()).isZero();
        assertThat(
                        db.run(
                                        db.user("alice"),
                                        new Operation.DeleteWhere(
                                                "docs", new Filter("row.ownerId == 'bob'")))
                                .changes())
                .isZero();
        assertThat(count("")).isEqualTo(12);
    }

    @Test
    void everyNewRowIsHeldToTheRule() {
        db.refused(Reason.RULE_DENIED, db.user("alice"), set("row.n == 1", "ownerId", "bob"));
        assertThat(count("row.ownerId == 'alice'")).isEqualTo(4);
        assertThat(db.run(db.service(), set("row.n == 1", "ownerId", "carol")).changes())
                .isEqualTo(3);
    }

    @Test
    void incrementsEachRow() {
        db.run(db.service(), set("row.n == 0", "n", TypedValue.NULL));
        assertThat(db.run(db.user("alice"), add("", "n", 10)).changes()).isEqualTo(4);
        for (int i = 0; i < 4; i++) {
            assertThat(db.row(db.service(), "docs", "a" + i)).containsEntry("n", 10L + i);
        }
        assertThat(db.row(db.service(), "docs", "b1")).containsEntry("n", 1L);
        db.refused(Reason.VALIDATION_FAILED, db.service(), add("", "n", 1_000_000));
        db.refused(Reason.VALIDATION_FAILED, db.service(), add("", "n", -11));
        db.refused(Reason.VALIDATION_FAILED, db.service(), add("", "n", Long.MAX_VALUE));
        db.refused(Reason.VALIDATION_FAILED, db.service(), add("", "title", 1));
        assertThat(count("row.n == 10")).isEqualTo(1);
    }

    @Test
    void whatItWritesDoesNotChangeWhatItFinds() {
        assertThat(db.run(db.service(), add("row.n < 2", "n", 1)).changes()).isEqualTo(6);
        assertThat(count("row.n == 1")).isEqualTo(3);
        assertThat(count("row.n == 2")).isEqualTo(6);
    }

    @Test
    void deletesWhatTheCallerMayDelete() {
        var result =
                db.run(
                        db.user("alice"),
                        new Operation.DeleteWhere("docs", new Filter("row.n < 2")));
        assertThat(result.changes()).isEqualTo(2);
        assertThat(count("")).isEqualTo(10);
        assertThat(db.run(db.service(), new Operation.DeleteWhere("docs", Filter.ALL)).changes())
                .isEqualTo(10);
        assertThat(db.run(db.service(), new Operation.DeleteWhere("docs", Filter.ALL)).changes())
                .isZero();
    }

    @Test
    void anEmptyPatchChangesNothing() {
        assertThat(db.run(db.service(), set("")).changes()).isZero();
    }

    @Test
    void checksValuesBeforeRows() {
        db.refused(Reason.VALIDATION_FAILED, db.user("alice"), set("", "n", -1));
        db.refused(Reason.VALIDATION_FAILED, db.user("alice"), set("", "title", TypedValue.NULL));
        db.refused(Reason.UNIQUE_VIOLATION, db.service(), set("", "slug", "s"));
        db.refused(Reason.CONSTRAINT_VIOLATION, db.service(), set("", "parent", "none"));
    }

    @Test
    void manyRowsAtOnce() {
        try (var other =
                TestOperations.withTables(
                        folder.resolve("many"), "t: { fields: { n: { type: integer } } }")) {
            other.sql(
                    "INSERT INTO t (id, createdAt, updatedAt, n) WITH RECURSIVE c(i) AS (SELECT 1"
                            + " UNION ALL SELECT i + 1 FROM c WHERE i < 25000) SELECT 'r' || i, 0, 0,"
                            + " i FROM c");
            var result =
                    other.run(
                            other.service(),
                            new Operation.UpdateWhere(
                                    "t",
                                    Filter.ALL,
                                    new Patch(Map.of(), fields("n", 1), List.of())));
            assertThat(result.changes()).isEqualTo(25_000);
            assertThat(
                            other.run(
                                            other.service(),
                                            new Operation.DeleteWhere(
                                                    "t", new Filter("row.n > 1 && row.n <= 20001")))
                                    .changes())
                    .isEqualTo(20_000);
            assertThat(other.read(other.service(), new Operation.Count("t", Filter.ALL)).count())
                    .isEqualTo(5_000);
        }
    }
}

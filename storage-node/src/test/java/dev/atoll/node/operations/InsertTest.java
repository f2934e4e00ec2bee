package dev.atoll.node.operations;

import static dev.atoll.node.operations.TestOperations.fields;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.atoll.node.rules.FieldType;
import dev.atoll.node.rules.Times;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InsertTest {
    @TempDir private Path folder;
    private TestOperations db;

    @BeforeEach
    void open() {
        db = TestOperations.in(folder, TestOperations.DOCS);
    }

    @AfterEach
    void close() {
        db.close();
    }

    private static Operation insert(Object... namesAndValues) {
        return new Operation.Insert("docs", fields(namesAndValues));
    }

    @Test
    void asksForRequiredFields() {
        var failure = db.refused(Reason.VALIDATION_FAILED, db.service(), insert());
        assertThat(failure.message()).isEqualTo("title: it is required (expected: a value)");
        assertThat(failure.details()).containsEntry("field", "title");
    }

    @Test
    void listsEveryBadFieldAtOnce() {
        var failure =
                db.refused(
                        Reason.VALIDATION_FAILED,
                        db.service(),
                        insert("n", -1, "kind", "z", "secret", 1, "titel", "x", "slug", "fine"));
        assertThat(failure.details()).containsEntry("fields", "n, kind, secret, titel, title");
        assertThat(failure.message())
                .isEqualTo(
                        "n: -1 (expected: at least 0); kind: 'z' (expected: one of a, b); secret:"
                                + " integer (expected: boolean); titel: there is no such field (did you"
                                + " mean 'title'?); title: it is required (expected: a value)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    title  => ``        => 0 (expected: at least 1)
                    title  => a_b       => 'a_b' (expected: ^[a-zA-Z0-9 -]*$)
                    kind   => z         => 'z' (expected: one of a, b)
                    n      => seven     => text (expected: integer)
                    at     => 2026      => text (expected: datetime)
                    meta   => {}        => text (expected: json)
                    """)
    void refusesTexts(String field, String text, String problem) {
        var given = fields("title", "t");
        given.put(field, TypedValue.of(text));
        var failure =
                db.refused(
                        Reason.VALIDATION_FAILED,
                        db.service(),
                        new Operation.Insert("docs", given));
        assertThat(failure.message()).isEqualTo(field + ": " + problem);
    }

    @Test
    void refusesTooLong() {
        var failure =
                db.refused(Reason.VALIDATION_FAILED, db.service(), insert("title", "x".repeat(51)));
        assertThat(failure.message()).isEqualTo("title: 51 (expected: at most 50)");
        db.run(db.service(), insert("title", "x".repeat(50)));
    }

    @Test
    void refusesOtherTypes() {
        refuses("n", TypedValue.of(1.5), "real (expected: integer)");
        refuses("n", TypedValue.of(1.0), "real (expected: integer)");
        refuses("n", TypedValue.of(true), "boolean (expected: integer)");
        refuses("n", TypedValue.of(1_000_001), "1000001 (expected: at most 1000000)");
        refuses("secret", TypedValue.of(1), "integer (expected: boolean)");
        refuses("at", TypedValue.of(5), "integer (expected: datetime)");
        refuses("title", TypedValue.NULL, "null (expected: a value, which is required)");
        refuses("slug", TypedValue.of(ByteString.EMPTY), "blob (expected: text)");
        refuses("createdAt", TypedValue.of(db.now()), "the node sets it (expected: no value)");
        refuses("updatedAt", TypedValue.of(db.now()), "the node sets it (expected: no value)");
        refuses("id", TypedValue.of(""), "0 bytes (expected: 1 to 256)");
        refuses("id", TypedValue.of("a\0b"), "a control character (expected: none)");
        refuses(
                "at",
                new TypedValue(FieldType.DATETIME, SqlValue.of(Long.MAX_VALUE)),
                "9223372036854775807 microseconds (expected: the years 1 to 9999)");
    }

    private void refuses(String field, TypedValue value, String problem) {
        var given = fields("title", "t");
        given.put(field, value);
        var failure =
                db.refused(
                        Reason.VALIDATION_FAILED,
                        db.service(),
                        new Operation.Insert("docs", given));
        assertThat(failure.message()).isEqualTo(field + ": " + problem);
        assertThat(failure.details()).containsEntry("field", field);
    }

    @Test
    void keepsMicroseconds() {
        var moment = Instant.parse("2026-01-02T03:04:05.678901Z");
        var id = db.add("docs", fields("title", "t", "at", moment));
        assertThat(db.row(db.service(), "docs", id)).containsEntry("at", Times.micros(moment));
    }

    @Test
    void namesUnknownFieldsAndTheNearest() {
        var failure =
                db.refused(
                        Reason.VALIDATION_FAILED, db.service(), insert("title", "t", "ownerID", 1));
        assertThat(failure.message())
                .isEqualTo("ownerID: there is no such field (did you mean 'ownerId'?)");
    }

    @Test
    void saysThatANameIsEmpty() {
        var failure =
                db.refused(Reason.VALIDATION_FAILED, db.service(), insert("title", "t", "", 1));
        assertThat(failure.message()).isEqualTo("an empty name (expected: the name of a field)");
    }

    @Test
    void setsIdAndTimes() {
        var id = db.add("docs", fields("title", "t"));
        var row = db.row(db.service(), "docs", id);
        assertThat(UUID.fromString(id).version()).isEqualTo(7);
        assertThat(UUID.fromString(id).variant()).isEqualTo(2);
        assertThat(row)
                .containsEntry("id", id)
                .containsEntry("createdAt", Times.micros(db.now()))
                .containsEntry("updatedAt", Times.micros(db.now()))
                .containsEntry("kind", "a")
                .containsEntry("secret", 0L)
                .containsEntry("n", "NULL");
    }

    @Test
    void newerRowsHaveGreaterIds() {
        String last = "";
        for (int i = 0; i < 50; i++) {
            var id = db.add("docs", fields("title", "t"));
            assertThat(id).isGreaterThan(last);
            last = id;
        }
    }

    @Test
    void namesTheFieldThatIsTaken() {
        db.run(db.service(), insert("id", "one", "title", "t", "slug", "s"));
        assertThat(
                        db.refused(
                                        Reason.UNIQUE_VIOLATION,
                                        db.service(),
                                        insert("id", "one", "title", "t"))
                                .details())
                .containsEntry("field", "id");
        var failure =
                db.refused(
                        Reason.UNIQUE_VIOLATION, db.service(), insert("title", "t", "slug", "s"));
        assertThat(failure.details()).containsEntry("field", "slug").containsEntry("table", "docs");
        assertThat(failure.message()).isEqualTo("slug: there is such a row already in docs");
    }

    @Test
    void namesTheReferenceThatLeadsNowhere() {
        var failure =
                db.refused(
                        Reason.CONSTRAINT_VIOLATION,
                        db.service(),
                        insert("title", "t", "parent", "nobody"));
        assertThat(failure.details())
                .containsEntry("field", "parent")
                .containsEntry("constraint", "FOREIGN KEY");
        // A row may refer to itself.
        db.run(db.service(), insert("id", "self", "title", "t", "parent", "self"));
    }

    @Test
    void keepsJsonAsItIs() {
        for (var json :
                new String[] {"\"123\"", "{\"a\":[1,null]}", "null", "12345678901234567890"}) {
            var id = db.add("docs", fields("title", "t", "meta", TypedValue.json(json)));
            assertThat(db.row(db.service(), "docs", id)).containsEntry("meta", json);
        }
        for (var json :
                new String[] {
                    "", "{", "{'a':1}", "1 2", "\uFEFF1", "nul", "[1,]", "{\"a\":1,\"a\":2}"
                }) {
            var failure =
                    db.refused(
                            Reason.VALIDATION_FAILED,
                            db.service(),
                            insert("title", "t", "meta", TypedValue.json(json)));
            assertThat(failure.details()).as(json).containsEntry("field", "meta");
        }
    }

    @Test
    void answersWithTheIdAlone() {
        var result = db.run(db.user("alice"), insert("title", "t", "ownerId", "alice"));
        assertThat(result.columns()).extracting(OperationResult.Column::name).containsExactly("id");
        assertThat(result.changes()).isEqualTo(1);
        assertThat(result.rows()).hasSize(1);
    }

    @Test
    void holdsTheNewRowToTheRule() {
        var failure =
                db.refused(
                        Reason.RULE_DENIED,
                        db.user("alice"),
                        insert("title", "t", "ownerId", "bob"));
        assertThat(failure.details())
                .containsEntry("rule", "insert")
                .containsEntry("table", "docs");
        db.refused(Reason.RULE_DENIED, db.user("alice"), insert("title", "t"));
        db.refused(Reason.RULE_DENIED, db.anonymous(), insert("title", "t"));
        assertThat(db.read(db.service(), new Operation.Count("docs", Filter.ALL)).count()).isZero();
        db.run(db.user("alice"), insert("title", "t", "ownerId", "alice"));
    }

    @Test
    void doesNotKnowOtherTables() {
        var failure =
                db.refused(
                        Reason.TABLE_NOT_FOUND,
                        db.service(),
                        new Operation.Insert("sqlite_schema", Map.of()));
        assertThat(failure.details()).containsEntry("table", "sqlite_schema");
    }
}

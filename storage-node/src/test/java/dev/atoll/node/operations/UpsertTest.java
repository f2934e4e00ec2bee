package dev.atoll.node.operations;

import static dev.atoll.node.operations.TestOperations.fields;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.rules.Times;
import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpsertTest {
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

    private static Operation upsert(String conflict, Object... namesAndValues) {
        return new Operation.Upsert("docs", fields(namesAndValues), conflict);
    }

    @Test
    void addsThenChanges() {
        var alice = db.user("alice");
        var id =
                TestOperations.id(
                        db.run(
                                alice,
                                upsert(
                                        "slug", "slug", "s", "title", "t", "n", 1, "ownerId",
                                        "alice")));
        db.pass(Duration.ofSeconds(1));
        var result = db.run(db.user("alice"), upsert("slug", "slug", "s", "title", "u"));
        assertThat(TestOperations.id(result)).isEqualTo(id);
        assertThat(db.row(alice, "docs", id))
                .containsEntry("title", "u")
                .containsEntry("n", 1L)
                .containsEntry("ownerId", "alice")
                .containsEntry("createdAt", Times.micros(TestOperations.START))
                .containsEntry("updatedAt", Times.micros(db.now()));
        db.run(alice, upsert("", "id", id, "n", 2));
        assertThat(db.row(alice, "docs", id)).containsEntry("n", 2L).containsEntry("title", "u");
    }

    @Test
    void anothersRowIsDeniedWhetherItIsSeenOrNot() {
        db.add("docs", fields("id", "a", "title", "t", "slug", "seen", "ownerId", "bob"));
        db.add(
                "docs",
                fields("id", "b", "title", "t", "slug", "hid", "ownerId", "bob", "secret", true));
        var alice = db.user("alice");
        for (var slug : new String[] {"seen", "hid"}) {
            var failure =
                    db.refused(
                            Reason.RULE_DENIED,
                            alice,
                            upsert("slug", "slug", slug, "title", "x", "ownerId", "alice"));
            assertThat(failure.details()).containsEntry("rule", "update");
        }
        db.refused(Reason.RULE_DENIED, alice, upsert("", "id", "b", "title", "x"));
        assertThat(db.row(db.service(), "docs", "a")).containsEntry("title", "t");
        assertThat(db.row(db.service(), "docs", "b")).containsEntry("ownerId", "bob");
    }

    @Test
    void asksForAUniqueFieldWithAValue() {
        db.refused(Reason.VALIDATION_FAILED, db.service(), upsert("title", "title", "t"));
        db.refused(Reason.VALIDATION_FAILED, db.service(), upsert("none", "title", "t"));
        db.refused(Reason.VALIDATION_FAILED, db.service(), upsert("slug", "title", "t"));
        db.refused(Reason.VALIDATION_FAILED, db.service(), upsert("", "title", "t"));
        db.refused(
                Reason.VALIDATION_FAILED,
                db.service(),
                upsert("slug", "title", "t", "slug", TypedValue.NULL));
        assertThat(db.read(db.service(), new Operation.Count("docs", Filter.ALL)).count()).isZero();
    }

    @Test
    void aNewRowHasAllThatIsRequired() {
        var failure =
                db.refused(Reason.VALIDATION_FAILED, db.service(), upsert("slug", "slug", "s"));
        assertThat(failure.details()).containsEntry("field", "title");
    }

    @Test
    void theNewRowIsHeldToTheRule() {
        db.refused(
                Reason.RULE_DENIED,
                db.user("alice"),
                upsert("slug", "slug", "s", "title", "t", "ownerId", "bob"));
        db.add("docs", fields("id", "a", "title", "t", "slug", "s", "ownerId", "alice"));
        db.refused(
                Reason.RULE_DENIED,
                db.user("alice"),
                upsert("slug", "slug", "s", "ownerId", "bob"));
    }

    @Test
    void neverChangesAnId() {
        db.add("docs", fields("id", "a", "title", "t", "slug", "s"));
        db.refused(Reason.VALIDATION_FAILED, db.service(), upsert("slug", "slug", "s", "id", "b"));
        db.run(db.service(), upsert("slug", "slug", "s", "id", "a", "n", 1));
        assertThat(db.row(db.service(), "docs", "a")).containsEntry("n", 1L);
    }
}

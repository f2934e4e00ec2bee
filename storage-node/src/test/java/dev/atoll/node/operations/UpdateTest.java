package dev.atoll.node.operations;

import static dev.atoll.node.operations.TestOperations.fields;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.rules.Times;
import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpdateTest {
    @TempDir private Path folder;
    private TestOperations db;

    @BeforeEach
    void open() {
        db = TestOperations.in(folder, TestOperations.DOCS);
        db.add("docs", fields("id", "mine", "title", "t", "ownerId", "alice", "secret", true));
        db.add("docs", fields("id", "bobs", "title", "t", "ownerId", "bob"));
        db.add("docs", fields("id", "hidden", "title", "t", "ownerId", "bob", "secret", true));
    }

    @AfterEach
    void close() {
        db.close();
    }

    private static Operation update(String id, Object... namesAndValues) {
        return new Operation.Update("docs", id, Patch.of(fields(namesAndValues)));
    }

    private static Operation increment(String id, Object... namesAndValues) {
        return new Operation.Update(
                "docs", id, new Patch(Map.of(), fields(namesAndValues), List.of()));
    }

    private static Operation clear(String id, String... fields) {
        return new Operation.Update("docs", id, new Patch(Map.of(), Map.of(), List.of(fields)));
    }

    @Test
    void changesWhatIsSent() {
        db.pass(Duration.ofSeconds(1));
        var result = db.run(db.user("alice"), update("mine", "n", 5, "slug", "s"));
        assertThat(result.changes()).isEqualTo(1);
        assertThat(TestOperations.only(result)).containsExactly("mine");
        assertThat(db.row(db.user("alice"), "docs", "mine"))
                .containsEntry("n", 5L)
                .containsEntry("slug", "s")
                .containsEntry("title", "t")
                .containsEntry("createdAt", Times.micros(TestOperations.START))
                .containsEntry("updatedAt", Times.micros(db.now()));
    }

    @Test
    void aHiddenRowIsAMissingOne() {
        var hidden = db.refused(Reason.ROW_NOT_FOUND, db.user("alice"), update("hidden", "n", 1));
        var missing = db.refused(Reason.ROW_NOT_FOUND, db.user("alice"), update("none", "n", 1));
        assertThat(hidden.message()).isEqualTo(missing.message());
        assertThat(hidden.details()).isEqualTo(missing.details());
        db.refused(Reason.ROW_NOT_FOUND, db.user("alice"), new Operation.Delete("docs", "hidden"));
    }

    @Test
    void whatIsSeenIsNotAlwaysWritten() {
        db.refused(Reason.RULE_DENIED, db.user("alice"), update("bobs", "n", 1));
        db.refused(Reason.RULE_DENIED, db.user("alice"), update("bobs"));
        db.refused(Reason.RULE_DENIED, db.user("alice"), new Operation.Delete("docs", "bobs"));
        assertThat(db.row(db.service(), "docs", "bobs")).containsEntry("n", "NULL");
    }

    @Test
    void nobodyHandsARowToSomebodyElse() {
        var failure =
                db.refused(Reason.RULE_DENIED, db.user("alice"), update("mine", "ownerId", "bob"));
        assertThat(failure.details()).containsEntry("rule", "check");
        assertThat(db.row(db.service(), "docs", "mine")).containsEntry("ownerId", "alice");
        db.refused(Reason.RULE_DENIED, db.user("alice"), clear("mine", "ownerId"));
        db.run(db.service(), update("mine", "ownerId", "bob"));
        assertThat(db.row(db.service(), "docs", "mine")).containsEntry("ownerId", "bob");
    }

    @Test
    void nobodyTakesARowInTwoSteps() {
        var failure =
                TestOperations.failure(
                        Reason.RULE_DENIED,
                        () ->
                                db.run(
                                        db.user("alice"),
                                        List.of(
                                                update("mine", "n", 1),
                                                update("bobs", "ownerId", "alice"),
                                                update("bobs", "n", 2))));
        assertThat(failure.details()).containsEntry("operation", "1");
        assertThat(db.row(db.service(), "docs", "mine")).containsEntry("n", "NULL");
        assertThat(db.row(db.service(), "docs", "bobs")).containsEntry("ownerId", "bob");
    }

    @Test
    void incrementsFromNothingAndFromSomething() {
        db.run(db.service(), increment("mine", "n", 5));
        assertThat(db.row(db.service(), "docs", "mine")).containsEntry("n", 5L);
        db.run(db.service(), Collections.nCopies(50, increment("mine", "n", 1)));
        assertThat(db.row(db.service(), "docs", "mine")).containsEntry("n", 55L);
    }

    @Test
    void incrementsStayInRange() {
        db.run(db.service(), update("mine", "n", 1_000_000));
        var failure = db.refused(Reason.VALIDATION_FAILED, db.service(), increment("mine", "n", 1));
        assertThat(failure.message()).isEqualTo("n: 1000001 (expected: at most 1000000)");
        db.refused(Reason.VALIDATION_FAILED, db.service(), increment("mine", "n", Long.MAX_VALUE));
        db.refused(Reason.VALIDATION_FAILED, db.service(), increment("mine", "n", -1_000_001));
        assertThat(db.row(db.service(), "docs", "mine")).containsEntry("n", 1_000_000L);
    }

    @Test
    void incrementsNumbersOnly() {
        for (var field : List.of("title", "secret", "at", "meta", "id", "createdAt", "none")) {
            db.refused(Reason.VALIDATION_FAILED, db.service(), increment("mine", field, 1));
        }
        db.refused(Reason.VALIDATION_FAILED, db.service(), increment("mine", "n", 1.5));
        db.refused(Reason.VALIDATION_FAILED, db.service(), increment("mine", "n", TypedValue.NULL));
        db.refused(
                Reason.VALIDATION_FAILED,
                db.service(),
                new Operation.Update(
                        "docs", "mine", new Patch(fields("n", 1), fields("n", 1), List.of())));
    }

    @Test
    void whatIsRequiredStays() {
        db.refused(
                Reason.VALIDATION_FAILED, db.service(), update("mine", "title", TypedValue.NULL));
        db.refused(Reason.VALIDATION_FAILED, db.service(), clear("mine", "title"));
        db.refused(Reason.VALIDATION_FAILED, db.service(), update("mine", "id", "other"));
        db.run(db.service(), update("mine", "slug", "s", "n", 1));
        db.run(db.service(), clear("mine", "slug", "n"));
        assertThat(db.row(db.service(), "docs", "mine"))
                .containsEntry("slug", "NULL")
                .containsEntry("n", "NULL");
    }

    @Test
    void anEmptyPatchChangesNothing() {
        long commit = db.commit();
        db.pass(Duration.ofSeconds(1));
        var result = db.run(db.user("alice"), update("mine"));
        assertThat(result.changes()).isZero();
        assertThat(db.commit()).isEqualTo(commit);
        assertThat(db.row(db.service(), "docs", "mine"))
                .containsEntry("updatedAt", Times.micros(TestOperations.START));
    }

    @Test
    void namesTheFieldThatIsTakenOrLeadsNowhere() {
        db.run(db.service(), update("bobs", "slug", "s"));
        assertThat(
                        db.refused(
                                        Reason.UNIQUE_VIOLATION,
                                        db.service(),
                                        update("mine", "slug", "s"))
                                .details())
                .containsEntry("field", "slug");
        assertThat(
                        db.refused(
                                        Reason.CONSTRAINT_VIOLATION,
                                        db.service(),
                                        update("mine", "parent", "none"))
                                .details())
                .containsEntry("field", "parent");
        db.run(db.service(), update("mine", "parent", "bobs"));
        assertThat(
                        db.refused(
                                        Reason.CONSTRAINT_VIOLATION,
                                        db.service(),
                                        new Operation.Delete("docs", "bobs"))
                                .message())
                .isEqualTo("other rows refer to what would be gone of docs");
    }

    @Test
    void deletes() {
        assertThat(db.run(db.user("alice"), new Operation.Delete("docs", "mine")).changes())
                .isEqualTo(1);
        db.refused(
                Reason.ROW_NOT_FOUND, db.service(), new Operation.Get("docs", "mine", List.of()));
        db.refused(Reason.ROW_NOT_FOUND, db.service(), new Operation.Delete("docs", "mine"));
    }

    @Test
    void expectsSoManyChanges() {
        db.runExpecting(1, db.service(), update("mine", "n", 1));
        var failure =
                TestOperations.failure(
                        Reason.EXPECTATION_FAILED,
                        () -> db.runExpecting(2, db.service(), update("mine", "n", 2)));
        assertThat(failure.details()).containsEntry("changes", "1").containsEntry("expected", "2");
        assertThat(db.row(db.service(), "docs", "mine")).containsEntry("n", 1L);
    }

    @Test
    void aBatchIsAllOrNothing() {
        var failure =
                TestOperations.failure(
                        Reason.RULE_DENIED,
                        () ->
                                db.run(
                                        db.user("alice"),
                                        List.of(update("mine", "n", 1), update("bobs", "n", 1))));
        assertThat(failure.details()).containsEntry("operation", "1");
        assertThat(db.row(db.service(), "docs", "mine")).containsEntry("n", "NULL");
    }

    @Test
    void readsWhatTheSameBatchWrote() {
        var results =
                db.run(
                        db.user("alice"),
                        List.of(
                                new Operation.Insert(
                                        "docs",
                                        fields("id", "new", "title", "t", "ownerId", "alice")),
                                increment("new", "n", 2),
                                new Operation.Get("docs", "new", List.of("n", "kind")),
                                new Operation.Count("docs", Filter.ALL),
                                new Operation.Delete("docs", "new"),
                                new Operation.Count("docs", Filter.ALL)));
        assertThat(TestOperations.named(results.get(2)))
                .containsExactly(Map.of("n", 2L, "kind", "a"));
        assertThat(results.get(3).count()).isEqualTo(3);
        assertThat(results.get(5).count()).isEqualTo(2);
    }

    @Test
    void aThousandInserts() {
        var insert = new Operation.Insert("docs", fields("title", "t", "ownerId", "alice"));
        var results = db.run(db.user("alice"), Collections.nCopies(1_000, insert));
        assertThat(results.stream().map(TestOperations::id).distinct()).hasSize(1_000);
    }
}

package dev.atoll.node.operations;

import static dev.atoll.node.operations.TestOperations.fields;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A row whose moment has passed is gone, though nobody has deleted it yet. */
class ExpiryTest {
    @TempDir private Path folder;
    private TestOperations db;

    @BeforeEach
    void open() {
        db =
                TestOperations.withTables(
                        folder,
                        "codes: { fields: { code: { type: text, unique: true }, place: { type:"
                                + " text }, seat: { type: integer }, until: { type: datetime } },"
                                + " indexes: [{ fields: [place, seat], unique: true }], search: [code],"
                                + " ttl: until, access: { read: true, insert: true, update: true,"
                                + " delete: true } }",
                        "uses: { fields: { code: { type: text, references: codes.code, on-delete:"
                                + " cascade } } }",
                        "holds: { fields: { code: { type: text, references: codes.code, on-delete:"
                                + " restrict } } }");
        var until = db.now().plusSeconds(60);
        db.add("codes", fields("id", "old", "code", "c", "place", "p", "seat", 1, "until", until));
        db.add("codes", fields("id", "kept", "code", "k"));
    }

    @AfterEach
    void close() {
        db.close();
    }

    private long stored() {
        return (long)
                TestOperations.plain(
                        db.sql("SELECT count(*) FROM codes").rows().getFirst().getFirst());
    }

    @Test
    void isThereUntilItsMoment() {
        db.pass(Duration.ofSeconds(59));
        assertThat(db.row(db.user("a"), "codes", "old")).containsEntry("code", "c");
        db.pass(Duration.ofSeconds(1));
        db.refused(
                Reason.ROW_NOT_FOUND, db.user("a"), new Operation.Get("codes", "old", List.of()));
    }

    @Test
    void isNowhereToBeFound() {
        db.pass(Duration.ofSeconds(60));
        for (var caller : List.of(db.user("a"), db.service(), db.anonymous())) {
            db.refused(Reason.ROW_NOT_FOUND, caller, new Operation.Get("codes", "old", List.of()));
            db.refused(
                    Reason.ROW_NOT_FOUND,
                    caller,
                    new Operation.Update("codes", "old", Patch.of(fields("seat", 2))));
            db.refused(Reason.ROW_NOT_FOUND, caller, new Operation.Delete("codes", "old"));
            assertThat(db.read(caller, new Operation.Count("codes", Filter.ALL)).count())
                    .isEqualTo(1);
            var list = new Operation.ListRows("codes", Filter.ALL, "", View.DEFAULT);
            assertThat(db.read(caller, list).rows()).hasSize(1);
            var search = new Operation.Search("codes", "c", Filter.ALL, View.DEFAULT, false);
            assertThat(db.read(caller, search).rows()).isEmpty();
            var set = new Operation.UpdateWhere("codes", Filter.ALL, Patch.of(fields("seat", 9)));
            assertThat(db.run(caller, set).changes()).isEqualTo(1);
        }
        assertThat(db.run(db.service(), new Operation.DeleteWhere("codes", Filter.ALL)).changes())
                .isEqualTo(1);
        assertThat(stored()).isEqualTo(1);
    }

    @Test
    void doesNotBlockAUniqueInsert() {
        var same = fields("id", "old", "code", "c");
        db.refused(Reason.UNIQUE_VIOLATION, db.user("a"), new Operation.Insert("codes", same));
        db.pass(Duration.ofSeconds(60));
        assertThat(db.run(db.user("a"), new Operation.Insert("codes", same)).changes())
                .isEqualTo(1);
        assertThat(stored()).isEqualTo(2);
    }

    @Test
    void doesNotBlockAnIndexOfTwoFields() {
        db.pass(Duration.ofSeconds(60));
        db.add("codes", fields("code", "d", "place", "p", "seat", 1));
        assertThat(stored()).isEqualTo(2);
    }

    @Test
    void doesNotBlockAnUpdateNorAnUpsert() {
        db.pass(Duration.ofSeconds(60));
        db.run(db.user("a"), new Operation.Update("codes", "kept", Patch.of(fields("code", "c"))));
        assertThat(db.row(db.user("a"), "codes", "kept")).containsEntry("code", "c");
        var upsert = new Operation.Upsert("codes", fields("code", "z", "id", "old"), "code");
        assertThat(TestOperations.id(db.run(db.user("a"), upsert))).isEqualTo("old");
    }

    @Test
    void nobodyRefersToIt() {
        db.add("uses", fields("code", "c"));
        db.pass(Duration.ofSeconds(60));
        var failure =
                db.refused(
                        Reason.CONSTRAINT_VIOLATION,
                        db.service(),
                        new Operation.Insert("uses", fields("code", "c")));
        assertThat(failure.details()).containsEntry("field", "code");
        db.add("uses", fields("code", "k"));
    }

    @Test
    void staysWhereOthersHoldOnToIt() {
        db.add("holds", fields("code", "c"));
        db.pass(Duration.ofSeconds(60));
        db.refused(
                Reason.CONSTRAINT_VIOLATION,
                db.service(),
                new Operation.Insert("codes", fields("code", "c")));
        assertThat(stored()).isEqualTo(2);
    }

    /** A row that others hold on to is in the way of those alone that meet all of its values. */
    @Test
    void blocksNoWriteThatDoesNotMeetIt() {
        db.add("holds", fields("code", "c"));
        db.add("codes", fields("id", "own", "code", "m", "place", "q", "seat", 2));
        db.pass(Duration.ofSeconds(60));
        db.add("codes", fields("id", "half", "place", "p"));
        db.add("codes", fields("place", "q", "seat", 3));
        var user = db.user("a");
        db.run(user, new Operation.Update("codes", "own", Patch.of(fields("place", "p"))));
        db.run(user, new Operation.Update("codes", "half", Patch.of(fields("place", "p"))));
        db.run(user, new Operation.Upsert("codes", fields("code", "m", "place", "p"), "code"));
        var those = new Operation.UpdateWhere("codes", Filter.ALL, Patch.of(fields("place", "r")));
        assertThat(db.run(user, those).changes()).isEqualTo(4);
        db.add("codes", fields("seat", 1));
        db.run(user, new Operation.Update("codes", "kept", Patch.of(fields("seat", 1))));
        assertThat(stored()).isEqualTo(6);

        for (var meets : List.of(fields("place", "p", "seat", 1), fields("code", "c"))) {
            db.refused(Reason.CONSTRAINT_VIOLATION, user, new Operation.Insert("codes", meets));
            db.refused(
                    Reason.CONSTRAINT_VIOLATION,
                    user,
                    new Operation.Update("codes", "own", Patch.of(meets)));
        }
        assertThat(stored()).isEqualTo(6);
    }

    @Test
    void doesNotBlockWhatAnUpdateKeepsInItsPart() {
        db.add("codes", fields("id", "own", "place", "q", "seat", 1));
        db.pass(Duration.ofSeconds(60));
        var move = Patch.of(fields("place", "p"));
        db.run(db.user("a"), new Operation.Update("codes", "own", move));
        assertThat(stored()).isEqualTo(2);
    }

    @Test
    void doesNotBlockAnUpdateOfThoseThatAFilterFinds() {
        db.add("codes", fields("id", "own", "place", "q", "seat", 1));
        db.pass(Duration.ofSeconds(60));
        var move = Patch.of(fields("place", "p"));
        db.run(db.user("a"), new Operation.UpdateWhere("codes", Filter.ALL, move));
        assertThat(stored()).isEqualTo(2);
    }

    /** What a computed field will be is known once the row is written. */
    @Test
    void keepsItsComputedUniqueValueUntilItIsDeleted() {
        try (var other =
                TestOperations.withTables(
                        folder.resolve("computed"),
                        "t: { fields: { code: { type: text }, up: { type: text, computed:"
                                + " upper(code), unique: true }, until: { type: datetime } }, ttl:"
                                + " until }")) {
            other.add("t", fields("code", "a", "until", other.now().plusSeconds(60)));
            other.pass(Duration.ofSeconds(60));
            var insert = new Operation.Insert("t", fields("code", "A"));
            var failure = other.refused(Reason.UNIQUE_VIOLATION, other.service(), insert);
            assertThat(failure.details()).containsEntry("field", "up");
            other.sql("DELETE FROM t");
            assertThat(other.run(other.service(), insert).changes()).isEqualTo(1);
        }
    }
}

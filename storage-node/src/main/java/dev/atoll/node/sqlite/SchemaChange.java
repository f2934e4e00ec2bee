package dev.atoll.node.sqlite;

import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;

/**
 * Changes the tables of an instance, in one transaction in which foreign keys are not followed: a
 * table that is made anew is dropped on the way, and its children must neither go with it nor
 * object. Before the commit every key has to lead somewhere. Immutable.
 *
 * <p>Foreign keys are on again before anything else runs on the connection, or it is never used
 * again.
 */
public final class SchemaChange {
    private static final SqlCall VIOLATIONS = SqlCall.ofNode("PRAGMA foreign_key_check", List.of());

    private SchemaChange() {}

    /** Runs the work; all of it is undone if it throws, or if a key leads nowhere then. */
    public static void run(
            InstanceDatabase database,
            CallBudget budget,
            CommitSink sink,
            Consumer<WriteTransaction> work) {
        // SQLite ignores the setting while a transaction is open, one that reads too.
        database.beginOther();
        setForeignKeys(database, "0");
        try {
            var _ =
                    database.write(
                            budget,
                            sink,
                            tx -> {
                                work.accept(tx);
                                checkForeignKeys(tx);
                                return true;
                            });
        } finally {
            if (database.broken().isEmpty()) {
                setForeignKeys(database, "1");
            }
        }
    }

    private static void setForeignKeys(InstanceDatabase database, String value) {
        // Another one after an undo.
        var engine = database.engine();
        try {
            engine.connection().setPragma("legacy_alter_table", "0");
            engine.connection().setPragma("foreign_keys", value);
        } catch (SQLException e) {
            throw database.noted(engine.errors().unknown(e));
        } catch (IllegalStateException e) {
            throw database.noted(
                    Failure.of(Reason.OUTCOME_UNKNOWN, String.valueOf(e.getMessage()), e));
        }
    }

    private static void checkForeignKeys(WriteTransaction tx) {
        var violations = tx.execute(VIOLATIONS).rows();
        if (!violations.isEmpty()) {
            var first = violations.getFirst();
            throw Failure.of(
                            Reason.CONSTRAINT_VIOLATION,
                            violations.size()
                                    + " rows would refer to none, the first of "
                                    + text(first.get(0))
                                    + " to "
                                    + text(first.get(2)))
                    .with("constraint", "FOREIGN KEY");
        }
    }

    private static String text(SqlValue value) {
        return value instanceof SqlValue.Text(String text) ? text : "?";
    }
}

package dev.atoll.node.sqlite;

import dev.atoll.wire.Failure;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * The second line of defence: reads the program that SQLite made of a statement, its triggers and
 * views included, and refuses what touches the node's own tables, writes the shadow tables of a
 * full-text or spatial index, or reaches beyond the database. One thread at a time.
 *
 * <p>Columns of {@code EXPLAIN}: address, opcode, p1, p2, p3, p4, p5.
 */
final class ProgramCheck {
    private static final int OPCODE = 1;
    private static final int P1 = 2;
    private static final int P2 = 3;
    private static final int P3 = 4;
    private static final int P5 = 6;

    /** In p5 of OpenWrite: p2 is a register that will hold the page of a table to be made. */
    private static final int PAGE_IN_REGISTER = 0x10;

    private static final int MAIN = 0;
    private static final int JOURNAL_MODE_QUERY = -1;

    /** Of virtual tables. */
    private static final Long NO_ROOT = 0L;

    /** The roots of the node's own tables; 0 for each virtual table. */
    private static final String FIND_RESERVED =
            "SELECT rootpage FROM main.sqlite_schema WHERE CASE rootpage WHEN 0 THEN type = 'table'"
                    + " ELSE lower(substr(tbl_name, 1, 6)) = '_atoll' END";

    private static final String FIND_SHADOWS =
            "SELECT rootpage, name FROM main.sqlite_schema WHERE rootpage > 0 AND tbl_name IN"
                    + " (SELECT name FROM pragma_table_list WHERE schema = 'main' AND type ="
                    + " 'shadow')";

    private final SqliteConnection connection;
    private final Set<Long> reservedRoots = new HashSet<>();
    private final Set<Long> shadowRoots = new HashSet<>();
    private final Set<String> shadowNames = new HashSet<>();
    private boolean known;

    ProgramCheck(SqliteConnection connection) {
        this.connection = connection;
    }

    /** The schema is another: pages and names have to be looked up again. */
    void forget() {
        known = false;
    }

    /** Whether the statement writes; throws STATEMENT_NOT_ALLOWED. */
    boolean writes(StatementText text) throws SQLException {
        learn();
        if (text.kind() == StatementKind.SCHEMA) {
            checkShadowNames(text);
        }
        boolean writes = false;
        try (var program = connection.prepare("EXPLAIN " + text.body())) {
            boolean row = program.start();
            while (row) {
                writes |= check(program, text);
                row = program.next();
            }
        }
        return writes;
    }

    private boolean check(Prepared program, StatementText text) throws SQLException {
        switch (program.text(OPCODE)) {
            case "Transaction" -> {
                boolean writes = program.longValue(P2) != 0;
                if (writes && program.longValue(P1) != MAIN && !isAlter(text)) {
                    throw TextCheck.notAllowed(
                            "a temporary table",
                            "use a common table (WITH …) or an ordinary table");
                }
                return writes;
            }
            case "OpenRead", "ReopenIdx" ->
                    checkRead(text, program.longValue(P2), program.longValue(P3));
            case "OpenWrite" -> {
                if ((program.longValue(P5) & PAGE_IN_REGISTER) == 0) {
                    checkWrite(text, program.longValue(P2), program.longValue(P3));
                }
            }
            case "Clear" -> checkWrite(text, program.longValue(P1), program.longValue(P2));
            case "Destroy" -> checkWrite(text, program.longValue(P1), program.longValue(P3));
            case "JournalMode" -> {
                // SQLite marks a CREATE that finds its table there as a write by asking the mode.
                if (program.longValue(P3) != JOURNAL_MODE_QUERY) {
                    throw forbiddenOpcode(program);
                }
                return true;
            }
            case "Vacuum", "IncrVacuum", "Checkpoint", "AutoCommit", "Savepoint" ->
                    throw forbiddenOpcode(program);
            default -> {
                // Computes, or works on what one of the above opened.
            }
        }
        return false;
    }

    /** It looks for what names the table in the temporary schema too, which is always empty. */
    private static boolean isAlter(StatementText text) {
        return text.kind() == StatementKind.SCHEMA
                && text.tokens().getFirst().is("ALTER", text.sql());
    }

    private void checkRead(StatementText text, long root, long database) {
        // Without a name they go over every table, which harms none.
        boolean all = text.kind() == StatementKind.MAINTENANCE && text.tokens().size() == 1;
        if (database == MAIN && reservedRoots.contains(root) && !all) {
            throw TextCheck.reserved(TextCheck.RESERVED);
        }
    }

    private void checkWrite(StatementText text, long root, long database) {
        checkRead(text, root, database);
        if (database == MAIN
                && shadowRoots.contains(root)
                && text.kind() != StatementKind.MAINTENANCE) {
            throw shadow("writing one");
        }
    }

    private static Failure forbiddenOpcode(Prepared program) throws SQLException {
        return TextCheck.notAllowed(
                program.text(OPCODE).toLowerCase(Locale.ROOT), "it is the node's own");
    }

    private void checkShadowNames(StatementText text) {
        for (var token : text.tokens()) {
            if (token.mayBeName()
                    && shadowNames.contains(token.unquoted(text.sql()).toLowerCase(Locale.ROOT))) {
                throw shadow(token.text(text.sql()));
            }
        }
    }

    private static Failure shadow(String what) {
        return TextCheck.notAllowed(
                what + " of the inner tables of a full-text or spatial index",
                "write to the index itself, which keeps them");
    }

    private void learn() throws SQLException {
        if (known) {
            return;
        }
        reservedRoots.clear();
        shadowRoots.clear();
        shadowNames.clear();
        try (var found = connection.prepare(FIND_RESERVED)) {
            for (boolean row = found.start(); row; row = found.next()) {
                reservedRoots.add(found.longValue(0));
            }
        }
        if (reservedRoots.remove(NO_ROOT)) {
            findShadows();
        }
        known = true;
    }

    private void findShadows() throws SQLException {
        try (var found = connection.prepare(FIND_SHADOWS)) {
            for (boolean row = found.start(); row; row = found.next()) {
                shadowRoots.add(found.longValue(0));
                shadowNames.add(found.text(1).toLowerCase(Locale.ROOT));
            }
        }
    }
}

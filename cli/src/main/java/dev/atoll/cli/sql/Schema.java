package dev.atoll.cli.sql;

import dev.atoll.cli.terminal.CommandException;
import java.util.ArrayList;
import java.util.List;

/** What the tables of an instance are, asked of it when needed. One thread at a time. */
final class Schema {
    private static final String NAMES =
            "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')"
                    + " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND lower(name) NOT LIKE '\\_atoll%' ESCAPE '\\'"
                    + " ORDER BY name";
    private static final String STATEMENTS =
            "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
                    + " AND lower(name) NOT LIKE '\\_atoll%' ESCAPE '\\' ORDER BY tbl_name, type DESC, name";

    private final Session session;

    Schema(Session session) {
        this.session = session;
    }

    /** Tables and views. */
    List<String> tables() {
        var names = new ArrayList<String>();
        session.query(NAMES).rows().forEach(row -> names.add(String.valueOf(row.getFirst())));
        return names;
    }

    /** The statements that would make all of it again, or one table. */
    List<String> statements(String table) {
        var statements = new ArrayList<String>();
        for (var row : session.query(STATEMENTS).rows()) {
            if (table.isEmpty() || table.equalsIgnoreCase(String.valueOf(row.getFirst()))) {
                statements.add(row.getLast() + ";");
            }
        }
        return statements;
    }

    /** Tables, for a completion that had better be empty than disturb what is being typed. */
    List<String> tablesIfReachable() {
        try {
            return tables();
        } catch (CommandException e) {
            // Said when the statement is run; an instance that is not there yet has no tables.
            return List.of();
        }
    }
}

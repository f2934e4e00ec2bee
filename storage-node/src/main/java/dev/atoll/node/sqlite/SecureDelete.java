package dev.atoll.node.sqlite;

import java.sql.SQLException;

/**
 * Whether what is deleted in an instance is overwritten, and so gone from its file with the next
 * fold. A setting of the connection: to be said each time the instance is opened. Immutable.
 */
public final class SecureDelete {
    private SecureDelete() {}

    /** From now on; before, nothing is. */
    public static void set(InstanceDatabase database, boolean on) {
        database.beginOther();
        try {
            database.engine().connection().setPragma("secure_delete", on ? "1" : "0");
        } catch (SQLException e) {
            throw database.noted(database.engine().errors().ofFile(e));
        }
    }
}

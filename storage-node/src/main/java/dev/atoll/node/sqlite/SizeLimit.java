package dev.atoll.node.sqlite;

import java.sql.SQLException;
import java.util.OptionalLong;

/**
 * The size that is declared for an instance. A setting of its connection: to be said each time the
 * instance is opened, and when it is declared otherwise. Immutable.
 */
public final class SizeLimit {
    private SizeLimit() {}

    /**
     * From now on, where it is less than the node's own. An instance that is larger keeps what it
     * has, and may use what is free in its file, but does not grow.
     *
     * @param bytes of the database; empty where nothing is declared
     */
    public static void set(InstanceDatabase database, OptionalLong bytes) {
        database.beginOther();
        try {
            database.engine().limitSize(bytes.orElse(Long.MAX_VALUE));
        } catch (SQLException e) {
            throw database.noted(database.engine().errors().ofFile(e));
        }
    }
}

package dev.atoll.node.sqlite;

/**
 * The limits of an instance database. Immutable.
 *
 * @param sqlBytesMax of one statement's text
 * @param valueBytesMax of one value, and of what a row holds together
 * @param replyBytesMax of the result of one call that is not streamed, all its statements together
 * @param databaseBytesMax of the database file
 */
public record SqliteLimits(
        long sqlBytesMax, long valueBytesMax, long replyBytesMax, long databaseBytesMax) {
    /** 1 MiB of SQL, 2 MiB a value, 16 MiB a reply, 1 GiB a database. */
    public static final SqliteLimits DEFAULT =
            new SqliteLimits(1L << 20, 2L << 20, 16L << 20, 1L << 30);

    public SqliteLimits {
        check("sqlBytesMax", sqlBytesMax, 1L << 30);
        check("valueBytesMax", valueBytesMax, 1L << 30);
        check("replyBytesMax", replyBytesMax, Integer.MAX_VALUE);
        check("databaseBytesMax", databaseBytesMax, 1L << 44);
    }

    /** How many files open databases take together, at the most, beside two each. */
    public static int filesBesideMax() {
        return DatabaseSync.OPEN_MAX;
    }

    private static void check(String name, long value, long max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(
                    name + ": " + value + " (expected: 1 to " + max + ")");
        }
    }
}

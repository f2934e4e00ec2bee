package dev.atoll.bench.engine;

import java.util.random.RandomGenerator;

/** What is stored and asked, the same in the engine and in SQLite alone. Immutable. */
final class Workload {
    static final String CREATE = "CREATE TABLE bench(id INTEGER PRIMARY KEY, value BLOB NOT NULL)";
    static final String INSERT = "INSERT INTO bench(value) VALUES (?)";
    static final String FIRST_ROW = "SELECT value FROM bench WHERE id = 1";

    /** Rows made in one statement, where there are to be many. */
    static final String FILL =
            "INSERT INTO bench(value) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                    + " WHERE i < ?) SELECT randomblob(100) FROM n";

    static final String LARGE = "INSERT INTO bench(value) VALUES (randomblob(500000))";
    static final String REPLACE_LARGE = "UPDATE bench SET value = randomblob(500000)";

    /** Goes on until it is stopped: every row beside every row, in an order no index has. */
    static final String SCAN =
            "SELECT count(*) FROM bench AS a, bench AS b WHERE a.value < b.value";

    private static final int VALUE_BYTES = 100;

    private Workload() {}

    /** A value of its own for each row: nothing that compresses. */
    static byte[] value(RandomGenerator random) {
        var value = new byte[VALUE_BYTES];
        random.nextBytes(value);
        return value;
    }
}

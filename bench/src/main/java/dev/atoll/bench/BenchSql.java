package dev.atoll.bench;

/** The statements of a run: the same on every way to the system. Immutable. */
final class BenchSql {
    static final String CREATE = "CREATE TABLE bench(id INTEGER PRIMARY KEY, value BLOB NOT NULL)";
    static final String READ = "SELECT value FROM bench WHERE id = ?";
    static final String UPDATE = "UPDATE bench SET value = ? WHERE id = ?";
    static final String INSERT = "INSERT INTO bench(value) VALUES (?)";

    private BenchSql() {}
}

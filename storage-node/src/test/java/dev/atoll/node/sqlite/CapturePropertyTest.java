package dev.atoll.node.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.disk.SystemDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random schema changes, writes, failures, undos, folds, backfills and crashes: a second copy that
 * is built from the captured commits alone equals the database byte for byte after every fold.
 *
 * <p>{@code -Datoll.seed=N} repeats a run, {@code -Datoll.rounds=N} makes it longer.
 */
class CapturePropertyTest {
    private static final int ROUNDS = Integer.getInteger("atoll.rounds", 30);
    private static final int STEPS = 60;

    /** At a page of 4 KiB. */
    private static final long LOCK_PAGE = (1L << 30) / 4096 + 1;

    @TempDir Path folder;

    @Test
    void theJournalsCopyEqualsTheDatabase() throws Exception {
        long seed = Long.getLong("atoll.seed", new SecureRandom().nextLong());
        for (int round = 0; round < ROUNDS; round++) {
            System.out.println("CapturePropertyTest: -Datoll.seed=" + (seed + round));
            run(new Random(seed + round), Files.createTempDirectory(folder, "round"));
        }
    }

    private static void run(Random random, Path folder) throws Exception {
        var database = CapturedDatabase.create(folder);
        database.commit("CREATE TABLE t0(id INTEGER PRIMARY KEY, a, b)");
        database.capture().connection().setPragma("cache_size", "10");
        var tables = new ArrayList<String>();
        tables.add("t0");
        for (int step = 0; step < STEPS; step++) {
            int what = random.nextInt(100);
            if (what < 55) {
                database.commit(statements(random, tables));
            } else if (what < 65) {
                database.rollBack(statements(random, new ArrayList<>(tables)));
            } else if (what < 75) {
                var mark = database.capture().mark();
                var before = new ArrayList<>(tables);
                int size = database.journal.size();
                database.commit(statements(random, tables));
                if (random.nextBoolean()) {
                    database.commit(statements(random, tables));
                }
                database.capture().undo(mark);
                database.capture().connection().setPragma("cache_size", "10");
                while (database.journal.size() > size) {
                    database.journal.removeLast();
                }
                tables.clear();
                tables.addAll(before);
            } else if (what < 79) {
                database.compact();
            } else if (what < 85) {
                database.crashAndRecover();
                database.capture().connection().setPragma("cache_size", "10");
            } else if (what < 93) {
                database.capture().backfill();
            } else {
                database.fold();
                assertThat(database.differsFromJournalAt(folder)).isEqualTo(-1);
            }
        }
        database.fold();
        assertThat(database.differsFromJournalAt(folder)).isEqualTo(-1);
        assertThat(database.capture().connection().runOnce("PRAGMA integrity_check"))
                .isEqualTo("ok");
        database.capture().close();
        assertThat(new Scrub(SystemDisk.INSTANCE, database.file).all()).isEmpty();
    }

    /**
     * The same where the database grows past the page at 1 GiB, which SQLite never uses; takes
     * minutes, and 3 GiB of disk: {@code -Datoll.long=true}.
     */
    @Test
    @EnabledIfSystemProperty(named = "atoll.long", matches = "true")
    void theJournalsCopyEqualsTheDatabaseBeyondOneGibibyte() throws Exception {
        long seed = Long.getLong("atoll.seed", new SecureRandom().nextLong());
        System.out.println("CapturePropertyTest: -Datoll.seed=" + seed);
        var random = new Random(seed);
        var copy = Files.createDirectory(folder.resolve("copy")).resolve("i.sqlite");
        var database = CapturedDatabase.create(folder);
        database.commit("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
        while (database.number("PRAGMA page_count") < LOCK_PAGE - 10_000) {
            database.commit("INSERT INTO t(v) VALUES (zeroblob(50000000))");
            follow(database, copy);
        }
        database.commit("DELETE FROM t WHERE id = 3");
        for (int step = 0; step < STEPS || !isBeyond(database); step++) {
            int what = random.nextInt(100);
            if (what < 60) {
                database.commit(largeStatement(random));
            } else if (what < 70) {
                database.rollBack(largeStatement(random), largeStatement(random));
            } else if (what < 80) {
                var mark = database.capture().mark();
                database.commit(largeStatement(random), largeStatement(random))
                        .ifPresent(undone -> database.journal.removeLast());
                database.capture().undo(mark);
            } else if (what < 85) {
                database.crashAndRecover();
            } else {
                follow(database, copy);
                assertThat(Files.mismatch(database.file, copy)).isEqualTo(-1);
            }
        }
        follow(database, copy);
        assertThat(Files.mismatch(database.file, copy)).isEqualTo(-1);
        assertThat(database.capture().connection().runOnce("PRAGMA integrity_check"))
                .isEqualTo("ok");
        database.capture().close();
        assertThat(new Scrub(SystemDisk.INSTANCE, database.file).all()).isEmpty();
    }

    private static boolean isBeyond(CapturedDatabase database) throws SQLException {
        return database.number("PRAGMA page_count") > LOCK_PAGE + 1_000;
    }

    /** Folds, and brings into the copy what the journal holds; it need not hold that any longer. */
    private static void follow(CapturedDatabase database, Path copy) throws Exception {
        database.fold();
        Redo.redo(SystemDisk.INSTANCE, copy, database.found());
        database.journal.subList(0, database.journal.size() - 1).clear();
    }

    private static String largeStatement(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> "DELETE FROM t WHERE id = (SELECT max(id) FROM t)";
            case 1 -> "UPDATE t SET v = randomblob(5000) WHERE id = (SELECT max(id) FROM t)";
            case 2 -> "CREATE TABLE IF NOT EXISTS other(id INTEGER PRIMARY KEY, a)";
            default -> "INSERT INTO t(v) VALUES (randomblob(" + random.nextInt(9_000_000) + "))";
        };
    }

    private static String[] statements(Random random, List<String> tables) {
        var statements = new ArrayList<String>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            statements.add(statement(random, tables));
        }
        if (random.nextInt(4) == 0) {
            statements.add("SAVEPOINT s");
            statements.add(statement(random, new ArrayList<>(tables)));
            statements.add(statement(random, new ArrayList<>(List.of("t0"))));
            statements.add("ROLLBACK TO s");
            statements.add(statement(random, tables));
        }
        return statements.toArray(String[]::new);
    }

    private static String statement(Random random, List<String> tables) {
        var table = tables.get(random.nextInt(tables.size()));
        return switch (random.nextInt(10)) {
            case 0 -> {
                var name = "t" + random.nextInt(Integer.MAX_VALUE);
                tables.add(name);
                yield "CREATE TABLE " + name + "(id INTEGER PRIMARY KEY, a, b)";
            }
            case 1 -> {
                if (tables.size() == 1 || table.equals("t0")) {
                    yield "DELETE FROM " + table;
                }
                tables.remove(table);
                yield "DROP TABLE " + table;
            }
            case 2 -> "CREATE INDEX IF NOT EXISTS i" + table + " ON " + table + "(a)";
            case 3 -> "DELETE FROM " + table + " WHERE id % 3 = " + random.nextInt(3);
            case 4 -> "UPDATE " + table + " SET b = randomblob(" + random.nextInt(5_000) + ")";
            case 5 ->
                    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < "
                            + random.nextInt(200)
                            + ") INSERT INTO "
                            + table
                            + "(a, b) SELECT n, randomblob("
                            + random.nextInt(600)
                            + ") FROM c";
            default ->
                    "INSERT INTO "
                            + table
                            + "(a, b) VALUES ("
                            + random.nextInt(1_000)
                            + ", zeroblob("
                            + random.nextInt(9_000)
                            + "))";
        };
    }
}

package dev.atoll.node.sqlite;

import static dev.atoll.node.sqlite.TestDatabase.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What SQLite offers and callers may rely on. */
class SqlFeaturesTest {
    private TestDatabase database;

    @BeforeEach
    void open(@TempDir Path folder) {
        database = TestDatabase.in(folder);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void searchesFullTextKeptByTriggers() {
        database.executeAll(
                "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT UNIQUE)",
                "CREATE VIRTUAL TABLE note_text USING fts5(body, content=note, content_rowid=id,"
                        + " tokenize='porter')",
                "CREATE TRIGGER note_new AFTER INSERT ON note BEGIN INSERT INTO note_text (rowid,"
                        + " body) VALUES (new.id, new.body); END",
                "CREATE TRIGGER note_old AFTER DELETE ON note BEGIN INSERT INTO note_text"
                        + " (note_text, rowid, body) VALUES ('delete', old.id, old.body); END");
        database.execute("INSERT INTO note (body) VALUES ('running islands'), ('a quiet lagoon')");
        assertThat(
                        database.rows(
                                "SELECT rowid, bm25(note_text) < 0, highlight(note_text, 0, '<',"
                                        + " '>'), snippet(note_text, 0, '[', ']', '…', 8) FROM"
                                        + " note_text WHERE note_text MATCH ? ORDER BY rank",
                                SqlValue.of("run")))
                .containsExactly(List.of(1L, 1L, "<running> islands", "[running] islands"));
        // REPLACE deletes by its conflict: only recursive triggers tell the index.
        database.execute("REPLACE INTO note VALUES (7, 'running islands')");
        assertThat(database.rows("SELECT rowid FROM note_text WHERE note_text MATCH 'run'"))
                .containsExactly(List.of(7L));
        database.execute("INSERT INTO note_text (note_text) VALUES ('integrity-check')");
    }

    @Test
    void altersTables() {
        database.executeAll(
                "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT)",
                "CREATE INDEX note_body ON note(body)",
                "INSERT INTO note VALUES (1, 'lagoon')",
                "ALTER TABLE note RENAME COLUMN body TO text",
                "ALTER TABLE note RENAME TO page",
                "ALTER TABLE page ADD COLUMN title TEXT",
                "ALTER TABLE page DROP COLUMN title");
        assertThat(database.rows("SELECT id, text FROM page INDEXED BY note_body"))
                .containsExactly(List.of(1L, "lagoon"));
    }

    @Test
    void doesNotBlameTheFileForAnIndexThatLagsBehind() {
        database.executeAll(
                "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT)",
                "CREATE VIRTUAL TABLE note_text USING fts5(body, content=note, content_rowid=id)",
                "INSERT INTO note VALUES (1, 'never told to the index')");
        var check = "INSERT INTO note_text (note_text, rank) VALUES ('integrity-check', 1)";
        var failure = failure(Reason.SQL_ERROR, () -> database.execute(check));
        assertThat(failure.message()).contains("rebuild the index");
        assertThat(database.database().broken()).isEmpty();
        database.execute("INSERT INTO note_text (note_text) VALUES ('rebuild')");
        database.execute(check);
        assertThat(database.rows("SELECT rowid FROM note_text WHERE note_text MATCH 'told'"))
                .containsExactly(List.of(1L));
    }

    @Test
    void searchesTrigrams() {
        database.execute("CREATE VIRTUAL TABLE name USING fts5(x, tokenize='trigram')");
        database.execute("INSERT INTO name VALUES ('Funafuti'), ('Kiritimati')");
        assertThat(database.rows("SELECT x FROM name WHERE x LIKE '%afut%'"))
                .containsExactly(List.of("Funafuti"));
    }

    @Test
    void findsInSpace() {
        database.execute("CREATE VIRTUAL TABLE box USING rtree(id, x0, x1, y0, y1)");
        database.execute("INSERT INTO box VALUES (1, 0, 1, 0, 1), (2, 5, 6, 5, 6)");
        assertThat(database.rows("SELECT id FROM box WHERE x0 > 4")).containsExactly(List.of(2L));
    }

    @Test
    void readsJson() {
        assertThat(
                        database.rows(
                                "SELECT j -> '$.a', j ->> '$.a', jsonb(j) ->> 'b' FROM (SELECT"
                                        + " '{\"a\":\"x\",\"b\":2}' AS j)"))
                .containsExactly(List.of("\"x\"", "x", 2L));
        assertThat(database.rows("SELECT value FROM json_each('[1,2]')"))
                .containsExactly(List.of(1L), List.of(2L));
    }

    @Test
    void knowsModernSql() {
        database.executeAll(
                "CREATE TABLE t (k TEXT PRIMARY KEY, n INTEGER NOT NULL, twice INTEGER AS (n * 2)"
                        + " STORED) STRICT, WITHOUT ROWID",
                "INSERT INTO t (k, n) VALUES ('a', 1), ('b', 2)",
                "INSERT INTO t (k, n) VALUES ('a', 10) ON CONFLICT (k) DO UPDATE SET n = n +"
                        + " excluded.n");
        assertThat(database.rows("SELECT k, twice, sum(n) OVER (ORDER BY k) FROM t ORDER BY k"))
                .containsExactly(List.of("a", 22L, 11L), List.of("b", 4L, 13L));
        assertThat(
                        database.rows(
                                "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c"
                                        + " WHERE x < 4) SELECT sum(x) FROM c"))
                .containsExactly(List.of(10L));
        assertThat(database.execute("DELETE FROM t ORDER BY k LIMIT 1").changes()).isEqualTo(1);
        assertThat(database.rows("SELECT k FROM t")).containsExactly(List.of("b"));
    }

    @Test
    void calculatesAndTellsTime() {
        assertThat(database.rows("SELECT sqrt(16), ceil(1.5), pi() > 3.14"))
                .containsExactly(List.of(4.0, 2.0, 1L));
        assertThat(database.rows("SELECT unixepoch('2000-01-01'), datetime('now') > '2020'"))
                .containsExactly(List.of(946684800L, 1L));
    }
}

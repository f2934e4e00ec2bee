package dev.atoll.system;

import static dev.atoll.system.harness.Sql.row;
import static io.grpc.Status.Code.FAILED_PRECONDITION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.RequestIds;
import dev.atoll.system.harness.SharedCluster;
import dev.atoll.system.harness.Sql;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** SQL through a router: what of SQLite is there. */
@ExtendWith(LogsOnFailure.class)
@TestInstance(Lifecycle.PER_CLASS)
class SqlFeaturesIT {
    private static final long CLOSE_SECONDS = 60;

    private final InstanceHandle instance =
            SharedCluster.client().fresh().having("CREATE TABLE unused(a)");

    @Test
    void fullTextSearchWithPorterStemsRanksAndMarks() {
        instance.having(
                "CREATE VIRTUAL TABLE porter USING fts5(body, tokenize='porter')",
                "INSERT INTO porter VALUES ('the runner was running'), ('a lazy dog'), ('he runs')");

        assertThat(
                        instance.rows(
                                "SELECT highlight(porter, 0, '[', ']'), bm25(porter) < 0,"
                                        + " snippet(porter, 0, '<', '>', '…', 2) <> ''"
                                        + " FROM porter WHERE porter MATCH 'run' ORDER BY rowid"))
                .containsExactly(row("the runner was [running]", 1, 1), row("he [runs]", 1, 1));
    }

    @Test
    void fullTextSearchWithTrigramsFindsParts() {
        instance.having(
                "CREATE VIRTUAL TABLE trigram USING fts5(body, tokenize='trigram')",
                "INSERT INTO trigram VALUES ('archipelago'), ('lagoon')");

        assertThat(
                        instance.rows(
                                "SELECT body FROM trigram WHERE trigram MATCH 'ago' ORDER BY body"))
                .containsExactly(row("archipelago"), row("lagoon"));
        assertThat(instance.rows("SELECT body FROM trigram WHERE body LIKE '%pela%'"))
                .containsExactly(row("archipelago"));
    }

    @Test
    void triggersKeepTheFullTextIndexInStep() {
        instance.having(
                "CREATE TABLE doc(id INTEGER PRIMARY KEY, body TEXT UNIQUE)",
                "CREATE VIRTUAL TABLE doc_text USING fts5(body, content='doc', content_rowid='id')",
                "CREATE TRIGGER doc_insert AFTER INSERT ON doc BEGIN"
                        + " INSERT INTO doc_text(rowid, body) VALUES (new.id, new.body); END",
                "CREATE TRIGGER doc_delete AFTER DELETE ON doc BEGIN"
                        + " INSERT INTO doc_text(doc_text, rowid, body) VALUES ('delete', old.id, old.body); END",
                "INSERT INTO doc VALUES (1, 'coral'), (2, 'sand')",
                "REPLACE INTO doc VALUES (1, 'palm')",
                "DELETE FROM doc WHERE id = 2");

        assertThat(instance.rows("SELECT rowid FROM doc_text WHERE doc_text MATCH 'palm'"))
                .containsExactly(row(1));
        assertThat(instance.rows("SELECT rowid FROM doc_text WHERE doc_text MATCH 'coral OR sand'"))
                .isEmpty();
        // Fails where the index and its table differ.
        instance.mutate("INSERT INTO doc_text(doc_text, rank) VALUES ('integrity-check', 1)");
    }

    @Test
    void rtreeFindsWhatOverlaps() {
        instance.having(
                "CREATE VIRTUAL TABLE box USING rtree(id, x0, x1, y0, y1)",
                "INSERT INTO box VALUES (1, 0, 10, 0, 10), (2, 20, 30, 20, 30)");

        assertThat(instance.rows("SELECT id FROM box WHERE x0 < 5 AND x1 > 5"))
                .containsExactly(row(1));
    }

    @Test
    void jsonAndJsonb() {
        assertThat(
                        instance.rows(
                                "SELECT '{\"a\":{\"b\":5}}' -> '$.a', '{\"a\":\"x\"}' ->> 'a',"
                                        + " json_extract(jsonb('[1,2,3]'), '$[1]'), typeof(jsonb('{}'))"))
                .containsExactly(row("{\"b\":5}", "x", 2, "blob"));
        assertThat(instance.rows("SELECT key, value FROM json_each('{\"a\":1,\"b\":2}')"))
                .containsExactly(row("a", 1), row("b", 2));
    }

    @Test
    void windowFunctionsAndRecursiveQueries() {
        assertThat(
                        instance.rows(
                                "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 3)"
                                        + " SELECT x, sum(x) OVER (ORDER BY x), row_number() OVER (ORDER BY x DESC)"
                                        + " FROM c ORDER BY x"))
                .containsExactly(row(1, 1, 3), row(2, 3, 2), row(3, 6, 1));
    }

    @Test
    void upsertUpdatesTheRowThatIsThere() {
        instance.having("CREATE TABLE word(w TEXT PRIMARY KEY, n INTEGER) STRICT, WITHOUT ROWID");
        for (int i = 0; i < 3; i++) {
            instance.mutate(
                    "INSERT INTO word VALUES ('a', 1) ON CONFLICT(w) DO UPDATE SET n = n + 1");
        }

        assertThat(instance.rows("SELECT * FROM word")).containsExactly(row("a", 3));
    }

    @Test
    void strictTablesRefuseOtherTypes() {
        instance.having("CREATE TABLE strictly(n INTEGER) STRICT");

        instance.refusedMutate("INSERT INTO strictly VALUES ('text')")
                .is(FAILED_PRECONDITION, "CONSTRAINT_VIOLATION")
                .saying("strictly.n");
    }

    @Test
    void generatedColumnsAndLimitedDelete() {
        instance.having(
                "CREATE TABLE g(a INTEGER, b INTEGER GENERATED ALWAYS AS (a * 2) STORED)",
                "INSERT INTO g(a) VALUES (1), (2), (3)");

        assertThat(instance.mutate("DELETE FROM g ORDER BY a DESC LIMIT 1").getChanges())
                .isEqualTo(1);

        assertThat(instance.rows("SELECT a, b FROM g ORDER BY a"))
                .containsExactly(row(1, 2), row(2, 4));
    }

    @Test
    void mathFunctions() {
        assertThat(
                        instance.rows(
                                "SELECT round(sqrt(2), 3), pow(2, 10), ceil(1.2), sign(-7), mod(7, 4)"))
                .containsExactly(row(1.414, 1024.0, 2.0, -1, 3.0));
    }

    @Test
    void dateAndTimeFunctions() {
        var rows =
                instance.rows(
                        "SELECT unixepoch(), unixepoch(datetime('now')), datetime(0, 'unixepoch')");
        var row = rows.get(0);
        long now = Instant.now().getEpochSecond();

        assertThat((Long) row.get(0)).isCloseTo(now, offset(CLOSE_SECONDS));
        assertThat((Long) row.get(1)).isCloseTo(now, offset(CLOSE_SECONDS));
        assertThat(row.get(2)).isEqualTo("1970-01-01 00:00:00");
    }

    @Test
    void idsOfTheClientAreKeptAsTheyAre() {
        instance.having("CREATE TABLE thing(id TEXT PRIMARY KEY)");
        var id = RequestIds.now();

        assertThat(Sql.rows(instance.mutate("INSERT INTO thing VALUES (?) RETURNING id", id)))
                .containsExactly(row(id));
    }
}

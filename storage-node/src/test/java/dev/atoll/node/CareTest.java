package dev.atoll.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atoll.proto.v1.CompactInstanceRequest;
import dev.atoll.proto.v1.ExportInstanceRequest;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verifying, compacting and exporting an instance. */
class CareTest {
    private static final String KEY = "user:alice";

    @TempDir Path data;
    @TempDir Path outside;
    private TestNode node;

    @BeforeEach
    void start() throws IOException {
        node = TestNode.start(data);
        node.mutate(
                KEY,
                "CREATE TABLE t(id INTEGER PRIMARY KEY, v BLOB)",
                "CREATE VIRTUAL TABLE f USING fts5(body)",
                "INSERT INTO f VALUES ('the quick brown fox')",
                "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 500)"
                        + " INSERT INTO t SELECT n, zeroblob(2000) FROM c");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void findsNothingWrongWithWhatIsWell() {
        assertThat(node.problems(KEY)).isEmpty();
        assertThat(node.integer(KEY, "SELECT count(*) FROM t")).isEqualTo(500);
    }

    @Test
    void namesThePageThatABitWasFlippedInAndQuarantinesThatInstanceAlone() throws IOException {
        node.mutate("user:bob", "CREATE TABLE t(a)");
        assertThat(node.problems(KEY)).isEmpty();
        var file = instanceFileOf(500);
        node.close();
        long at = Files.size(file) / 2 + 1_000;
        var modified = Files.getLastModifiedTime(file);
        try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(at);
            int value = raw.read();
            raw.seek(at);
            raw.write(value ^ 1);
        }
        // As a disk that forgets: nobody wrote the file.
        Files.setLastModifiedTime(file, modified);
        node = TestNode.start(data);

        // SQLite itself sees nothing: the bit is inside a value.
        assertThat(node.query(KEY, "PRAGMA integrity_check").getResults(0).getRows(0).toString())
                .contains("ok");
        var page = at / 4096 + 1;
        assertThat(node.problems(KEY))
                .singleElement()
                .asString()
                .contains(file.toString())
                .contains("page " + page);
        assertThat(TestNode.failure(() -> node.query(KEY, "SELECT 1")).reason())
                .isEqualTo(Reason.INSTANCE_QUARANTINED);
        assertThat(node.integer("user:bob", "SELECT count(*) FROM t")).isZero();
    }

    @Test
    void compactingGivesSpaceBackAndKeepsTheData() {
        node.mutate(KEY, "DELETE FROM t WHERE id > 10");
        long before = node.query(KEY, "SELECT 1").getStats().getDatabaseSizeBytes();

        var instance =
                node.instances(KEY)
                        .compactInstance(
                                CompactInstanceRequest.newBuilder()
                                        .setInstance(InstanceKey.parse(KEY).toProto())
                                        .build());

        assertThat(instance.getDatabaseSizeBytes()).isLessThan(before / 4);
        assertThat(node.integer(KEY, "SELECT count(*) FROM t")).isEqualTo(10);
        assertThat(node.problems(KEY)).isEmpty();
    }

    @Test
    void anExportIsADatabaseOfItsOwnWithoutOurTables() throws Exception {
        var file = outside.resolve("alice.sqlite");
        var bookmark = export(file);

        assertThat(bookmark).isEqualTo(node.query(KEY, "SELECT 1").getBookmark());
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            assertThat(text(statement, "SELECT count(*) FROM t")).isEqualTo("500");
            assertThat(text(statement, "SELECT body FROM f WHERE f MATCH 'brown'"))
                    .isEqualTo("the quick brown fox");
            assertThat(
                            text(
                                    statement,
                                    "SELECT count(*) FROM sqlite_schema WHERE name LIKE '_atoll%'"))
                    .isEqualTo("0");
            assertThat(text(statement, "PRAGMA integrity_check")).isEqualTo("ok");
        }
        assertThat(data.resolve("tmp")).isEmptyDirectory();
    }

    /** The shell has a library of its own: what it opens, any SQLite does. */
    @Test
    void anExportOpensInTheShellOfSqliteWithItsFullTextTables() throws Exception {
        var file = outside.resolve("alice.sqlite");
        assumeTrue(shell(file, "SELECT 1").isPresent(), "there is no sqlite3 shell here");
        assumeTrue(
                shell(file, "CREATE VIRTUAL TABLE temp.f USING fts5(a)").isPresent(),
                "the sqlite3 shell here has no full-text search");
        node.mutate(
                KEY,
                "CREATE VIRTUAL TABLE n USING fts5(v, content='notes', content_rowid='id')",
                "CREATE TABLE notes(id INTEGER PRIMARY KEY, v TEXT)",
                "CREATE TRIGGER more AFTER INSERT ON notes BEGIN"
                        + " INSERT INTO n(rowid, v) VALUES (new.id, new.v); END",
                "INSERT INTO notes(v) VALUES ('buy fish'), ('sell fish'), ('buy bread')");
        Files.deleteIfExists(file);
        var _ = export(file);

        assertThat(shell(file, "PRAGMA integrity_check")).hasValue("ok");
        assertThat(shell(file, "SELECT count(*), sum(length(v)) FROM t")).hasValue("500|1000000");
        assertThat(shell(file, "SELECT body FROM f WHERE f MATCH 'quick fox'"))
                .hasValue("the quick brown fox");
        assertThat(shell(file, "SELECT group_concat(rowid) FROM n WHERE n MATCH 'fish'"))
                .hasValue("1,2");
        assertThat(shell(file, "INSERT INTO n(n) VALUES ('integrity-check')")).hasValue("");
        // It can be written, and the index follows.
        assertThat(
                        shell(
                                file,
                                "INSERT INTO notes(v) VALUES ('fresh fish');"
                                        + " SELECT count(*) FROM n WHERE n MATCH 'fish'"))
                .hasValue("3");
    }

    /** What the shell prints; empty if there is none, or if it fails. */
    private static Optional<String> shell(Path file, String sql) throws Exception {
        Process shell;
        try {
            shell =
                    new ProcessBuilder("sqlite3", "-batch", "-bail", file.toString(), sql)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
        } catch (IOException e) {
            return Optional.empty();
        }
        var printed = new String(shell.getInputStream().readAllBytes(), UTF_8).strip();
        return shell.waitFor() == 0 ? Optional.of(printed) : Optional.empty();
    }

    /** The bookmark that it is of. */
    private String export(Path file) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var request =
                ExportInstanceRequest.newBuilder()
                        .setInstance(InstanceKey.parse(KEY).toProto())
                        .build();
        var bookmark = "";
        for (var part = node.instances(KEY).exportInstance(request); part.hasNext(); ) {
            var message = part.next();
            bookmark = bookmark.isEmpty() ? message.getBookmark() : bookmark;
            message.getData().writeTo(bytes);
        }
        Files.write(file, bytes.toByteArray());
        return bookmark;
    }

    private static String text(java.sql.Statement statement, String sql) throws Exception {
        try (var rows = statement.executeQuery(sql)) {
            return rows.getString(1);
        }
    }

    private Path instanceFileOf(int rowsAtLeast) throws IOException {
        try (var files = Files.walk(data.resolve("instances"))) {
            return files.filter(file -> file.toString().endsWith(".sqlite"))
                    .filter(file -> size(file) > rowsAtLeast * 1_000L)
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

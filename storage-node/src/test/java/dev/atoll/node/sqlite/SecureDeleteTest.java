package dev.atoll.node.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is deleted is gone from the file, where that was asked for. */
class SecureDeleteTest {
    private static final String SECRET = "nobody is to read this again";

    @TempDir private Path folder;

    @Test
    void overwritesWhatIsDeleted() throws IOException {
        assertThat(fileAfterDeletion(false)).contains(SECRET);
        assertThat(fileAfterDeletion(true)).doesNotContain(SECRET);
    }

    @Test
    void outlastsACommitThatIsTakenBack() throws IOException {
        try (var database = TestDatabase.in(folder)) {
            SecureDelete.set(database.database(), true);
            database.execute("CREATE TABLE t (a)");
            TestDatabase.failure(
                    Reason.LIMIT_EXCEEDED,
                    () ->
                            database.execute(
                                    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c"
                                            + " WHERE n < 70) INSERT INTO t SELECT zeroblob(1000000)"
                                            + " FROM c"));
            assertThat(database.rows("SELECT count(*) FROM t")).containsExactly(List.of(0L));
            assertThat(database.database().engine().connection())
                    .extracting(
                            connection -> {
                                try {
                                    return connection.runOnce("PRAGMA secure_delete");
                                } catch (SQLException e) {
                                    throw new AssertionError(e);
                                }
                            })
                    .isEqualTo("1");
        }
    }

    private String fileAfterDeletion(boolean secure) throws IOException {
        var place = Files.createDirectories(folder.resolve("" + secure));
        try (var database = TestDatabase.in(place)) {
            SecureDelete.set(database.database(), secure);
            database.executeAll("CREATE TABLE t (a)", "INSERT INTO t VALUES ('" + SECRET + "')");
            database.database().fold();
            database.execute("DELETE FROM t");
            database.database().fold();
        }
        try (var files = Files.walk(place)) {
            var file =
                    files.filter(path -> path.toString().endsWith(".sqlite"))
                            .findFirst()
                            .orElseThrow();
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        }
    }
}

package dev.atoll.node.sqlite;

import static dev.atoll.node.sqlite.TestDatabase.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlainDatabaseTest {
    @TempDir private Path folder;

    private PlainDatabase open() {
        return PlainDatabase.open(folder.resolve("catalog.sqlite"));
    }

    private static long count(PlainDatabase database) {
        var row = database.run("SELECT count(*) FROM t").rows().getFirst();
        return row.getFirst() instanceof SqlValue.Integer64(long count) ? count : -1;
    }

    @Test
    void keepsWhatWasWritten() {
        try (var database = open()) {
            database.run("CREATE TABLE t (a, b)");
            var result = database.run("INSERT INTO t VALUES (?, ?)", SqlValue.of(1), SqlValue.NULL);
            assertThat(result.changes()).isEqualTo(1);
            assertThat(result.lastInsertRowid()).isEqualTo(1);
        }
        try (var database = open()) {
            var result = database.run("SELECT a, b FROM t WHERE a = ?", SqlValue.of(1));
            assertThat(result.rows()).containsExactly(List.of(SqlValue.of(1), SqlValue.NULL));
        }
    }

    @Test
    void undoesATransactionThatThrows() {
        try (var database = open()) {
            database.run("CREATE TABLE t (a)");
            assertThatThrownBy(
                            () ->
                                    database.transaction(
                                            () -> {
                                                database.run("INSERT INTO t VALUES (1)");
                                                throw new IllegalStateException("on purpose");
                                            }))
                    .hasMessage("on purpose");
            assertThat(count(database)).isZero();
            assertThat(
                            database.transaction(
                                    () -> database.run("INSERT INTO t VALUES (1)").changes()))
                    .isEqualTo(1);
            assertThat(count(database)).isEqualTo(1);
        }
    }

    @Test
    void runsOnAfterAnError() {
        try (var database = open()) {
            database.run("CREATE TABLE t (a UNIQUE)");
            database.run("INSERT INTO t VALUES (1)");
            failure(Reason.OUTCOME_UNKNOWN, () -> database.run("INSERT INTO t VALUES (1)"));
            assertThat(count(database)).isEqualTo(1);
        }
    }

    @Test
    void takesCallsOfManyThreads() throws InterruptedException {
        try (var database = open()) {
            database.run("CREATE TABLE t (a)");
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < 4; i++) {
                threads.add(
                        Thread.ofPlatform()
                                .start(
                                        () -> {
                                            for (int j = 0; j < 25; j++) {
                                                database.transaction(
                                                        () ->
                                                                database.run(
                                                                        "INSERT INTO t VALUES (1)"));
                                            }
                                        }));
            }
            for (var thread : threads) {
                thread.join();
            }
            assertThat(count(database)).isEqualTo(100);
        }
    }

    @Test
    void namesADamagedFile() throws IOException {
        Files.writeString(folder.resolve("catalog.sqlite"), "this is not a database".repeat(100));
        var failure = failure(Reason.CORRUPTION, () -> open().close());
        assertThat(failure.details())
                .containsEntry("file", folder.resolve("catalog.sqlite").toString());
    }
}

package dev.atoll.node.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextFunctionTest {
    @TempDir private Path folder;
    private SqliteConnection connection;

    @BeforeEach
    void open() throws SQLException {
        connection = SqliteConnection.open(folder.resolve("f.sqlite"), true);
        connection.addFunction(
                "_atoll_contains",
                (text, part) -> text.equals("?") ? null : Boolean.valueOf(text.contains(part)));
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    'abc', 'b'                  => 1
                    'abc', 'x'                  => 0
                    'é𝄞', '𝄞'                   => 1
                    '?', 'x'                    => NULL
                    NULL, 'x'                   => NULL
                    'x', NULL                   => NULL
                    5, '5'                      => NULL
                    x'61', 'a'                  => NULL
                    'a' || char(0) || 'b', 'b'  => 1
                    '', ''                      => 1
                    """)
    void answers(String arguments, String answer) throws SQLException {
        assertThat(connection.runOnce("SELECT quote(_atoll_contains(" + arguments + "))"))
                .isEqualTo(answer);
    }

    @Test
    void isForStatementsOnly() throws SQLException {
        connection.runOnce("CREATE TABLE t (a TEXT)");
        assertThatThrownBy(
                        () -> connection.runOnce("CREATE INDEX i ON t (_atoll_contains(a, 'x'))"))
                .isInstanceOf(SQLException.class);
        connection.runOnce("CREATE VIEW v AS SELECT _atoll_contains(a, 'x') FROM t");
        assertThatThrownBy(() -> connection.runOnce("SELECT * FROM v"))
                .isInstanceOf(SQLException.class);
    }

    /** Function and database find each other, however many threads add and ask at a time. */
    @Test
    void eachConnectionHasItsOwn() throws Exception {
        int connections = 8;
        try (var threads = Executors.newFixedThreadPool(connections)) {
            var answers = new ArrayList<Future<String>>();
            for (int i = 0; i < connections; i++) {
                var mine = Integer.toString(i);
                answers.add(threads.submit(() -> answersOf(mine)));
            }
            for (var answer : answers) {
                assertThat(answer.get()).isEqualTo("1 0");
            }
        }
    }

    private String answersOf(String mine) throws SQLException {
        for (int round = 0; round < 50; round++) {
            var file = folder.resolve(mine + ".sqlite");
            try (var other = SqliteConnection.open(file, true)) {
                other.addFunction("_atoll_is", (text, _) -> text.equals(mine));
                var answers =
                        other.runOnce(
                                "SELECT _atoll_is('"
                                        + mine
                                        + "', '') || ' ' || _atoll_is('x', '')");
                if (!answers.equals("1 0")) {
                    return answers;
                }
            }
        }
        return "1 0";
    }

    @Test
    void isThereForOneConnectionOnlyAndOnce() throws SQLException {
        try (var other = SqliteConnection.open(folder.resolve("other.sqlite"), true)) {
            assertThatThrownBy(() -> other.runOnce("SELECT _atoll_contains('a', 'a')"))
                    .hasMessageContaining("no such function");
        }
        // The first stays: statements that were prepared with it go on.
        connection.addFunction("_atoll_contains", (_, _) -> false);
        assertThat(connection.runOnce("SELECT _atoll_contains('a', 'a')")).isEqualTo("1");
    }

    /** As a call has it: in a transaction, after the function was asked for. */
    @Test
    void lastsThroughTransactionsAndErrors() throws SQLException {
        connection.runOnce("BEGIN");
        assertThat(connection.runOnce("SELECT _atoll_contains('a', 'a')")).isEqualTo("1");
        assertThatThrownBy(() -> connection.runOnce("SELECT abs(-9223372036854775808)"))
                .isInstanceOf(SQLException.class);
        connection.runOnce("ROLLBACK");
        assertThat(connection.runOnce("SELECT _atoll_contains('a', 'b')")).isEqualTo("0");
    }

    @Test
    void hasAReservedName() {
        assertThatThrownBy(() -> connection.addFunction("contains", String::contains))
                .hasMessage("function: contains (expected: _atoll…)");
    }
}

package dev.atoll.node.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
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

    @Test
    void hasAReservedName() {
        assertThatThrownBy(() -> connection.addFunction("contains", String::contains))
                .hasMessage("function: contains (expected: _atoll…)");
    }
}

package dev.atoll.node.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.sqlite.Token.Kind;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** Our tokenizer and checks against SQLite itself, on random texts. */
class TokenizerPropertiesTest {
    private static final Pattern UNRECOGNIZED =
            Pattern.compile("unrecognized token: \"(.*)\"", Pattern.DOTALL);
    private static final Pattern NEAR =
            Pattern.compile("near \"(.*)\": syntax error", Pattern.DOTALL);

    private static @Nullable Path folder;
    private static @Nullable TestDatabase opened;

    @BeforeContainer
    static void open() throws IOException {
        folder = Files.createTempDirectory("tokenizer");
        opened = TestDatabase.in(folder);
    }

    @AfterContainer
    static void close() throws IOException {
        database().close();
        if (folder != null) {
            try (var files = Files.walk(folder)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static TestDatabase database() {
        if (opened == null) {
            throw new IllegalStateException("not open");
        }
        return opened;
    }

    private static SqliteConnection connection() {
        return database().database().engine().connection();
    }

    /** Pieces that meet in surprising ways. */
    @Provide
    Arbitrary<String> texts() {
        var pieces =
                Arbitraries.of(
                        "SELECT",
                        " ",
                        "1",
                        "x",
                        "'",
                        "\"",
                        "`",
                        "[",
                        "]",
                        ";",
                        "--",
                        "\n",
                        "/*",
                        "*/",
                        "*",
                        "/",
                        "x'",
                        "0x",
                        "ab",
                        "$a",
                        "::",
                        ":",
                        "@",
                        "?",
                        "#",
                        "(",
                        ")",
                        ".",
                        "1.",
                        "e5",
                        "_",
                        "\uFEFF",
                        "\0",
                        "\u000b",
                        "\t",
                        "é",
                        "!",
                        "=",
                        "-",
                        ">",
                        "|",
                        ",",
                        "\\",
                        "^",
                        "0",
                        "EXPLAIN",
                        "BEGIN",
                        "END",
                        "\uD83C\uDFDD");
        return pieces.list().ofMaxSize(14).map(list -> String.join("", list));
    }

    @Property(tries = 4_000)
    void findsTheTokensThatSqliteComplainsAbout(@ForAll("texts") String tail) {
        var sql = "SELECT " + tail;
        var first = firstStatement(sql);
        boolean illegal = first.stream().anyMatch(token -> token.kind() == Kind.ILLEGAL);
        try (var _ = connection().prepare(sql)) {
            assertThat(illegal).as("SQLite knows all tokens of %s", sql).isFalse();
        } catch (SQLException e) {
            var text = SqliteErrors.text(e);
            var unrecognized = UNRECOGNIZED.matcher(text);
            var near = NEAR.matcher(text);
            if (unrecognized.matches()) {
                // A number with a misplaced underscore is a token, and refused all the same.
                assertThat(first)
                        .as(text)
                        .filteredOn(
                                token ->
                                        token.kind() == Kind.ILLEGAL
                                                || token.text(sql).contains("_"))
                        .extracting(token -> token.text(sql))
                        .contains(unrecognized.group(1));
            } else if (near.matches()) {
                assertThat(Tokenizer.tokens(sql))
                        .as(text)
                        .anyMatch(token -> token.text(sql).equals(near.group(1)));
            }
        }
    }

    private static List<Token> firstStatement(String sql) {
        var first = new ArrayList<Token>();
        for (var token : Tokenizer.tokens(sql)) {
            if (token.kind() == Kind.SEMICOLON) {
                break;
            }
            first.add(token);
        }
        return first;
    }

    /** What may stand between statements, and what looks like it inside of one. */
    @Provide
    Arbitrary<List<String>> scripts() {
        return Arbitraries.of(
                        ";",
                        " ; ",
                        ";",
                        "INSERT INTO ticks VALUES (1)",
                        "INSERT INTO ticks VALUES (';')",
                        "INSERT INTO ticks /* ; */ VALUES ('a;''b')",
                        "INSERT INTO [ticks] VALUES (x'3b') -- ;\n",
                        "INSERT INTO \"ticks\" SELECT CASE WHEN 1 THEN 2 END\uFEFF",
                        "/* ; */",
                        "-- ;\n",
                        "\uFEFF",
                        "\n\u000b")
                .list()
                .ofMaxSize(8);
    }

    @Property(tries = 2_000)
    void countsStatementsAsSqliteDoes(@ForAll("scripts") List<String> pieces) throws SQLException {
        var sql = String.join("", pieces);
        try (var connection = DriverManager.getConnection("jdbc:sqlite::memory:");
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE ticks (a)");
            try {
                ((SQLiteConnection) connection).getDatabase()._exec(sql);
            } catch (SQLException e) {
                // Two statements without a semicolon between them are none.
                assertThat(SqliteErrors.text(e)).contains("syntax error");
                return;
            }
            try (var rows = statement.executeQuery("SELECT count(*) FROM ticks")) {
                assertThat(verdict(sql)).isEqualTo(Math.min(2, rows.getInt(1)));
            }
        }
    }

    /** 0, 1, or 2 for more. */
    private static int verdict(String sql) {
        try {
            StatementText.parse(sql);
            return 1;
        } catch (Failure e) {
            assertThat(e.reason()).isIn(Reason.MULTIPLE_STATEMENTS, Reason.EMPTY_STATEMENT);
            return e.reason() == Reason.EMPTY_STATEMENT ? 0 : 2;
        }
    }

    @Provide
    Arbitrary<String> forbidden() {
        return Arbitraries.of(
                "BEGIN",
                "COMMIT",
                "END",
                "ROLLBACK",
                "SAVEPOINT s",
                "RELEASE s",
                "ATTACH 'x' AS y",
                "DETACH y",
                "VACUUM",
                "VACUUM INTO 'x'",
                "PRAGMA journal_mode=DELETE",
                "PRAGMA writable_schema=1",
                "CREATE TEMP TABLE x (a)",
                "SELECT load_extension ('x')",
                "SELECT * FROM _atoll_meta",
                "UPDATE _atoll_meta SET format = 2",
                "DROP TABLE _atoll_request",
                "CREATE VIEW v AS SELECT * FROM _atoll_meta",
                "SELECT * FROM pragma_optimize");
    }

    @Provide
    Arbitrary<String> gaps() {
        return Arbitraries.of(
                " ", "\n", "\t", "/**/", "/* x ; ' */", "--'\n", " \uFEFF ", "\r\f ", " \u000b");
    }

    @Provide
    Arbitrary<List<String>> gapLists() {
        return gaps().list().ofSize(12);
    }

    @Property(tries = 1_000)
    void refusesEverySpelling(
            @ForAll("forbidden") String statement,
            @ForAll("gapLists") List<String> gaps,
            @ForAll long caseBits,
            @ForAll boolean explain,
            @ForAll boolean ended) {
        var sql = new StringBuilder();
        int gap = 0;
        var text = (explain ? "EXPLAIN " : "") + statement;
        sql.append(gaps.get(gap++).replace("\u000b", " \u000b"));
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean upper = (caseBits >>> (i % 64) & 1) == 0;
            if (c == ' ') {
                sql.append(gaps.get(gap++ % gaps.size()));
            } else {
                sql.append(upper ? Character.toUpperCase(c) : Character.toLowerCase(c));
            }
        }
        sql.append(ended ? ";" : "").append(gaps.getLast());
        var refusal = database().refused(Reason.STATEMENT_NOT_ALLOWED, sql.toString());
        assertThat(refusal.message()).contains(" is not allowed: ");
    }

    @Provide
    Arbitrary<List<String>> variables() {
        return Arbitraries.of("?", "?1", "?3", "?7", ":a", "@a", "$a", ":b", "$b::c", "$b::c(d)")
                .list()
                .ofMinSize(1)
                .ofMaxSize(8);
    }

    @Property(tries = 500)
    void numbersParametersAsSqliteDoes(@ForAll("variables") List<String> variables)
            throws SQLException {
        var sql = "SELECT " + String.join(", ", variables);
        var numbers = numbers(sql, variables.size());
        Map<Long, String> names = new TreeMap<>();
        for (int i = 0; i < variables.size(); i++) {
            if (!variables.get(i).startsWith("?")) {
                names.put(numbers.get(i), variables.get(i));
            }
        }
        long highest = numbers.stream().max(Comparator.naturalOrder()).orElse(0L);
        var positional = new ArrayList<SqlValue>();
        Map<Long, SqlValue> byNumber = new HashMap<>();
        Map<String, SqlValue> named = new HashMap<>();
        for (long number = 1; number <= highest; number++) {
            var name = names.get(number);
            var value = name == null ? SqlValue.of(number) : SqlValue.of(name.substring(1));
            byNumber.put(number, value);
            if (name == null) {
                positional.add(value);
            } else {
                named.put(name.substring(1), value);
            }
        }
        var result = database().read(t -> t.query(new SqlCall(sql, positional, named)));
        assertThat(result.rows().getFirst())
                .containsExactlyElementsOf(numbers.stream().map(byNumber::get).toList());
    }

    /** The number that SQLite gives to each: each is bound to its number. */
    private static List<Long> numbers(String sql, int columns) throws SQLException {
        var values = new @Nullable Object[16];
        for (int i = 0; i < values.length; i++) {
            values[i] = (long) i + 1;
        }
        // The driver wants as many values as there are parameters, and SQLite refuses one more.
        for (int count = 1; count <= values.length; count++) {
            var bound = Arrays.copyOf(values, count);
            try (var prepared = connection().prepare(sql)) {
                prepared.start(bound);
                var numbers = new ArrayList<Long>();
                for (int i = 0; i < columns; i++) {
                    numbers.add(prepared.longValue(i));
                }
                return numbers;
            } catch (SQLException e) {
                assertThat(e.getMessage()).contains("param count");
            }
        }
        throw new IllegalStateException(sql);
    }
}

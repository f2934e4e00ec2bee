package dev.atoll.node.rules;

import com.google.protobuf.ByteString;
import dev.atoll.node.sqlite.SqlValue;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;

/** A real SQLite database with the tables of a schema. */
final class TestDatabase implements AutoCloseable {
    private final Connection connection;

    TestDatabase(RuleSchema schema) throws SQLException {
        connection = DriverManager.getConnection("jdbc:sqlite::memory:");
        Function.create(connection, CompiledRule.MATCHES, new Matches());
        for (var table : schema.tables()) {
            var columns = table.fields().stream().map(TestDatabase::column).toList();
            run(
                    "CREATE TABLE "
                            + quote(table.sqlName())
                            + " ("
                            + String.join(", ", columns)
                            + ") STRICT");
        }
    }

    private static String column(RuleField field) {
        var name = quote(field.column());
        var type =
                switch (field.type()) {
                    case TEXT -> "TEXT";
                    case INTEGER, DATETIME -> "INTEGER";
                    case REAL -> "REAL";
                    case BLOB -> "BLOB";
                    case BOOLEAN -> "INTEGER CHECK (" + name + " IN (0, 1))";
                    case JSON -> "TEXT CHECK (json_valid(" + name + "))";
                };
        return name + " " + type + (field.nullable() ? "" : " NOT NULL");
    }

    private static String quote(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** The function as an instance's connection has it. */
    private static final class Matches extends Function {
        @Override
        protected void xFunc() throws SQLException {
            var text = value_text(0);
            var pattern = value_text(1);
            boolean texts = text != null && pattern != null;
            var found = texts ? Patterns.find(text, pattern) : null;
            if (found == null) {
                result();
            } else {
                result(found ? 1 : 0);
            }
        }
    }

    void run(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Inserts a row; the values in the order of the fields. */
    void insert(RuleTable table, @Nullable Object... values) throws SQLException {
        var holes = table.fields().stream().map(_ -> "?").collect(Collectors.joining(", "));
        var sql = "INSERT INTO " + quote(table.sqlName()) + " VALUES (" + holes + ")";
        try (var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < table.fields().size(); i++) {
                statement.setObject(i + 1, i < values.length ? values[i] : null);
            }
            statement.execute();
        }
    }

    /** Ids of the rows that it is true for, in their order. */
    List<String> matching(RuleTable table, CompiledRule rule, RuleContext context)
            throws SQLException {
        return query(
                "SELECT \"row\".id FROM "
                        + quote(table.sqlName())
                        + " AS \"row\" WHERE ("
                        + rule.sql()
                        + ") ORDER BY \"row\".rowid",
                rule,
                context);
    }

    /** Whether it is true, with no row. */
    boolean isTrue(CompiledRule rule, RuleContext context) throws SQLException {
        return !query("SELECT 1 WHERE (" + rule.sql() + ")", rule, context).isEmpty();
    }

    /** How SQLite would find the rows. */
    String plan(RuleTable table, CompiledRule rule, RuleContext context) throws SQLException {
        var sql =
                "EXPLAIN QUERY PLAN SELECT * FROM "
                        + quote(table.sqlName())
                        + " AS \"row\" WHERE ("
                        + rule.sql()
                        + ")";
        try (var statement = connection.prepareStatement(sql)) {
            bind(statement, rule.bind(context));
            try (var steps = statement.executeQuery()) {
                var plan = new ArrayList<String>();
                while (steps.next()) {
                    plan.add(steps.getString("detail"));
                }
                return String.join("\n", plan);
            }
        }
    }

    private List<String> query(String sql, CompiledRule rule, RuleContext context)
            throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            bind(statement, rule.bind(context));
            try (var rows = statement.executeQuery()) {
                var found = new ArrayList<String>();
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
                return found;
            }
        }
    }

    private static void bind(PreparedStatement statement, List<SqlValue> values)
            throws SQLException {
        for (int i = 0; i < values.size(); i++) {
            switch (values.get(i)) {
                case SqlValue.Null _ -> statement.setObject(i + 1, null);
                case SqlValue.Integer64(long number) -> statement.setLong(i + 1, number);
                case SqlValue.Real(double number) -> statement.setDouble(i + 1, number);
                case SqlValue.Text(String text) -> statement.setString(i + 1, text);
                case SqlValue.Blob(ByteString bytes) ->
                        statement.setBytes(i + 1, bytes.toByteArray());
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}

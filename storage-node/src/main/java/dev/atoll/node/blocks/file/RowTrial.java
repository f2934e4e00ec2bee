package dev.atoll.node.blocks.file;

import dev.atoll.node.blocks.Field;
import dev.atoll.node.blocks.Table;
import dev.atoll.node.blocks.schema.TableSql;
import dev.atoll.node.sqlite.ScratchDatabase;
import dev.atoll.node.sqlite.SqlValue;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Evaluates the SQL of a table on two rows, one of NULLs and one of values. SQLite finds a use of
 * the current time, or of a value that is too long, only then, which would be at the first insert.
 * What else goes wrong is of these rows and no problem of the SQL. One thread at a time; until it
 * is closed, the table is there.
 */
final class RowTrial implements AutoCloseable {
    private static final String CHANGES_BY_ITSELF = "non-deterministic use of ";
    private static final String TOO_LONG = "string or blob too big";

    private final Table table;
    private final ScratchDatabase scratch;

    RowTrial(Table table, ScratchDatabase scratch) {
        this.table = table;
        this.scratch = scratch;
        var name = TableSql.quoted(table.name());
        var fields = table.fields().stream().filter(field -> !field.isComputed()).toList();
        scratch.runAll(
                List.of(
                        TableSql.createUnchecked(table),
                        "INSERT INTO " + name + " DEFAULT VALUES",
                        "INSERT INTO "
                                + name
                                + fields.stream()
                                        .map(field -> TableSql.quoted(field.name()))
                                        .collect(Collectors.joining(", ", " (", ")"))
                                + fields.stream()
                                        .map(RowTrial::value)
                                        .collect(Collectors.joining(", ", " VALUES (", ")"))));
        // Only now: an insert evaluates what is computed, and would not say of which field it is.
        var computed = table.fields().stream().filter(Field::isComputed).toList();
        // One may ask another, in any order; there is no loop, as SQLite took the table.
        for (int i = 0; i < table.fields().size() && !computed.isEmpty(); i++) {
            computed =
                    computed.stream()
                            .filter(
                                    field ->
                                            scratch.run(TableSql.addUnchecked(table, field))
                                                    .isPresent())
                            .toList();
        }
    }

    private static String value(Field field) {
        var words = field.range().words();
        return switch (field.type()) {
            case TEXT -> "'" + (words.isEmpty() ? "a" : words.getFirst().replace("'", "''")) + "'";
            case JSON -> "'{}'";
            case INTEGER, DATETIME ->
                    field.range().min().orElse(SqlValue.NULL)
                                    instanceof SqlValue.Integer64(long least)
                            ? Long.toString(least)
                            : "1";
            case BOOLEAN -> "1";
            case REAL -> "1.5";
            case BLOB -> "x'00'";
        };
    }

    /** What is wrong with what this computes, as the field of this table. */
    Optional<String> computed(String expression) {
        return table.fields().stream()
                .filter(field -> field.presence().computed().filter(expression::equals).isPresent())
                .findFirst()
                .flatMap(
                        field ->
                                run(
                                        "SELECT "
                                                + TableSql.quoted(field.name())
                                                + " FROM "
                                                + TableSql.quoted(table.name())));
    }

    /** What is wrong with the condition of an index that this makes. */
    Optional<String> index(String sql) {
        return run(sql);
    }

    private Optional<String> run(String sql) {
        return scratch.run(sql).flatMap(RowTrial::problem);
    }

    private static Optional<String> problem(String text) {
        if (text.contains(CHANGES_BY_ITSELF)) {
            return Optional.of(text + " (expected: the same whenever it is asked)");
        }
        return text.contains(TOO_LONG)
                ? Optional.of(
                        text
                                + ", of a row of short values (expected: at most "
                                + ScratchDatabase.VALUE_BYTES_MAX
                                + " bytes)")
                : Optional.empty();
    }

    @Override
    public void close() {
        scratch.runAll(List.of("DROP TABLE " + TableSql.quoted(table.name())));
    }
}

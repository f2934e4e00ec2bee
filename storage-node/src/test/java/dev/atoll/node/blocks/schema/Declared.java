package dev.atoll.node.blocks.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.blocks.Block;
import dev.atoll.node.blocks.file.BlockFile;
import dev.atoll.node.sqlite.ScratchDatabase;
import dev.atoll.node.sqlite.SqlValue;
import java.util.List;
import java.util.stream.Collectors;

/** Declarations as files have them, and databases made by them. */
final class Declared {
    private Declared() {}

    static List<Block> blocks(String yaml) {
        var result = BlockFile.read(yaml);
        assertThat(result).as(yaml).isInstanceOf(BlockFile.Result.Right.class);
        return ((BlockFile.Result.Right) result).file().blocks();
    }

    /** A block of these tables, of which each is a line. */
    static Block block(String... tables) {
        return blocks(
                        "databases:\n  ws:\n    tables:\n"
                                + List.of(tables).stream()
                                        .map(table -> "      " + table + "\n")
                                        .collect(Collectors.joining()))
                .getFirst();
    }

    /** An empty database with the tables of the block. */
    static ScratchDatabase database(Block block) {
        var database = ScratchDatabase.open();
        block.tables().forEach(table -> database.runAll(TableSql.create(table)));
        return database;
    }

    static SchemaPlan plan(ScratchDatabase database, Block block) {
        var items =
                database.query(SchemaItem.QUERY, List.of()).stream().map(SchemaItem::of).toList();
        return SchemaPlan.of(items, block.tables());
    }

    /** Brings the database to the block, as an instance would be; what went wrong, or nothing. */
    static String migrate(ScratchDatabase database, Block block) {
        database.runAll(SchemaPlan.BEFORE);
        database.runAll(List.of("BEGIN"));
        for (var sql : plan(database, block).sql()) {
            var problem = database.run(sql);
            if (problem.isPresent()) {
                database.runAll(List.of("ROLLBACK"));
                database.runAll(SchemaPlan.AFTER);
                return problem.get();
            }
        }
        boolean broken = !database.query("PRAGMA foreign_key_check", List.of()).isEmpty();
        database.runAll(List.of(broken ? "ROLLBACK" : "COMMIT"));
        database.runAll(SchemaPlan.AFTER);
        return broken ? "a reference leads nowhere" : "";
    }

    /** The rows, a line each, the values with commas between them. */
    static String rows(ScratchDatabase database, String sql) {
        return database.query(sql, List.of()).stream()
                .map(row -> row.stream().map(Declared::shown).collect(Collectors.joining(",")))
                .collect(Collectors.joining("\n"));
    }

    private static String shown(SqlValue value) {
        return switch (value) {
            case SqlValue.Null _ -> "null";
            case SqlValue.Integer64(long number) -> Long.toString(number);
            case SqlValue.Real(double number) -> Double.toString(number);
            case SqlValue.Text(String text) -> text;
            case SqlValue.Blob(var bytes) -> "x" + bytes.size();
        };
    }
}

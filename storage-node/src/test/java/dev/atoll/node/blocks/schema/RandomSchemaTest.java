package dev.atoll.node.blocks.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.blocks.Block;
import dev.atoll.node.sqlite.ScratchDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/**
 * Random declarations, one after the other, on a database with rows: whatever comes of a change, no
 * row is lost, and what was done leaves nothing to do.
 */
class RandomSchemaTest {
    private static final List<String> TYPES =
            List.of("text", "integer", "real", "boolean", "datetime", "json");

    private RandomGenerator random = RandomGenerator.getDefault();
    private int rows;

    @Test
    void noChangeLosesARow() {
        long seed = Long.getLong("atoll.seed", System.nanoTime());
        System.out.println("seed " + seed);
        random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        int migrated = 0;
        int refused = 0;
        for (int i = 0; i < 60; i++) {
            var block = block();
            rows = 0;
            try (var database = Declared.database(block)) {
                for (int j = 0; j < 8; j++) {
                    insert(database, block);
                    var next = block();
                    var before = ids(database);
                    var problem = Declared.migrate(database, next);
                    assertThat(ids(database)).startsWith(before);
                    if (problem.isEmpty()) {
                        assertThat(Declared.plan(database, next).steps()).isEmpty();
                        block = next;
                        migrated++;
                    } else {
                        // It is the data that does not fit, and not the SQL that is wrong.
                        assertThat(problem)
                                .containsAnyOf(
                                        "constraint failed", "cannot store", "leads nowhere");
                        assertThat(Declared.plan(database, block).steps()).isEmpty();
                        refused++;
                    }
                    assertThat(Declared.rows(database, "PRAGMA integrity_check")).isEqualTo("ok");
                }
            }
        }
        assertThat(migrated).isGreaterThan(60);
        assertThat(refused).isGreaterThan(5);
    }

    private Block block() {
        return Declared.block(table("t"), table("u"));
    }

    private String table(String name) {
        var fields = new ArrayList<String>();
        var texts = new ArrayList<String>();
        var names = new ArrayList<String>();
        for (var field : List.of("a", "b", "c", "d")) {
            if (random.nextInt(4) > 0) {
                var type = random.nextInt(3) > 0 ? "text" : TYPES.get(random.nextInt(TYPES.size()));
                fields.add(field + ": { type: " + type + options(type) + " }");
                if (!type.equals("json")) {
                    names.add(field);
                }
                if (type.equals("text")) {
                    texts.add(field);
                }
            }
        }
        if (random.nextInt(3) == 0) {
            fields.add("e: { type: integer, computed: length(id) + 1 }");
        }
        if (random.nextInt(5) == 0) {
            fields.add("f: { type: text, references: t.id, on-delete: cascade, index: true }");
        }
        var table = name + ": { fields: { " + String.join(", ", fields) + " }";
        if (!names.isEmpty() && random.nextInt(2) == 0) {
            table += ", indexes: [ { fields: [" + names.getFirst() + ", createdAt] } ]";
        }
        if (!texts.isEmpty() && random.nextInt(2) == 0) {
            table += ", search: [" + String.join(", ", texts) + "]";
        }
        return table + " }";
    }

    private String options(String type) {
        return switch (random.nextInt(6)) {
            case 0 -> ", required: true";
            case 1 -> type.equals("json") ? "" : ", unique: true";
            case 2 -> type.equals("text") ? ", required: true, default: 'it''s'" : "";
            case 3 -> type.equals("integer") ? ", default: -5" : "";
            default -> "";
        };
    }

    private void insert(ScratchDatabase database, Block block) {
        for (var table : block.tables()) {
            rows++;
            var names = new StringBuilder("id, createdAt, updatedAt");
            var values = new StringBuilder("'%s%04d', 1, 1".formatted(table.name(), rows));
            for (var field : table.fields().subList(3, table.fields().size())) {
                if (!field.isComputed() && field.key().reference().isEmpty()) {
                    names.append(", ").append(field.name());
                    // Some fit any type, some do not.
                    boolean digits =
                            random.nextInt(3) > 0 || TableSql.type(field.type()).equals("INTEGER");
                    values.append(", ")
                            .append(
                                    field.type().word().equals("boolean")
                                            ? "1"
                                            : digits ? "'" + rows + "'" : "'" + rows + ".5'");
                }
            }
            var problem =
                    database.run(
                            "INSERT INTO "
                                    + table.name()
                                    + "("
                                    + names
                                    + ") VALUES ("
                                    + values
                                    + ")");
            problem.ifPresent(text -> assertThat(text).contains("UNIQUE constraint failed"));
        }
    }

    /** Of both tables, hidden or not. */
    private static String ids(ScratchDatabase database) {
        return Declared.rows(
                database,
                "SELECT id FROM (SELECT id FROM t UNION ALL SELECT id FROM u)"
                        + " ORDER BY substr(id, 2)");
    }
}

package dev.atoll.node.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two instances that differ only in what a user may not see answer him alike: whatever he asks, no
 * reply has a row, a count or a detail of an error that his rules hide.
 *
 * <p>Hidden rows have no unique values that he could meet, and nothing refers to them: uniqueness
 * and references tell of hidden rows, as the guide says.
 */
class HiddenRowsTest {
    private static final int ROUNDS = 12;
    private static final int OPERATIONS = 60;

    @TempDir private Path folder;

    @Test
    void nothingTellsOfThem() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            try (var with = open("with" + round);
                    var without = open("without" + round)) {
                fill(random, with, without);
                for (int i = 0; i < OPERATIONS; i++) {
                    var operation = operation(random);
                    assertThat(outcome(with, operation))
                            .as("seed %s, round %s: %s", seed, round, operation)
                            .isEqualTo(outcome(without, operation));
                }
            }
        }
    }

    private TestOperations open(String name) {
        return TestOperations.in(folder.resolve(name), TestOperations.DOCS);
    }

    private static void fill(Random random, TestOperations with, TestOperations without) {
        for (int i = 0; i < 30; i++) {
            boolean hidden = random.nextBoolean();
            var row = fields(random);
            row.put("id", TypedValue.of((hidden ? "h" : "v") + i));
            row.put("secret", TypedValue.of(hidden));
            row.put("ownerId", TypedValue.of(hidden || random.nextBoolean() ? "bob" : "alice"));
            with.add("docs", row);
            if (!hidden) {
                without.add("docs", row);
            }
        }
    }

    private static Map<String, TypedValue> fields(Random random) {
        var fields = new HashMap<String, TypedValue>();
        fields.put(
                "title", TypedValue.of(List.of("red", "blue", "red blue").get(random.nextInt(3))));
        if (random.nextBoolean()) {
            fields.put("n", TypedValue.of(random.nextInt(8)));
        }
        if (random.nextInt(4) == 0) {
            fields.put("kind", TypedValue.of("b"));
        }
        return fields;
    }

    private static Map<String, TypedValue> changed(Random random) {
        var fields = fields(random);
        if (random.nextInt(3) == 0) {
            fields.put("ownerId", TypedValue.of(random.nextBoolean() ? "bob" : "alice"));
        }
        if (random.nextInt(3) == 0) {
            fields.put("secret", TypedValue.of(random.nextBoolean()));
        }
        return fields;
    }

    private static Filter filter(Random random) {
        var texts =
                List.of(
                        "",
                        "row.secret",
                        "row.ownerId == 'bob'",
                        "row.n > 3",
                        "row.n / (row.n - 3) > 0",
                        "row.id.startsWith('h')",
                        "row.title == 'red' || row.n == null",
                        "!(row.n in [1, 2, 3])",
                        "row.nothing == 1",
                        "row.title.matches('^r')");
        return new Filter(texts.get(random.nextInt(texts.size())));
    }

    private static String id(Random random) {
        return (random.nextBoolean() ? "h" : "v") + random.nextInt(30);
    }

    private static Operation operation(Random random) {
        var filter = filter(random);
        var order = List.of("", "n desc", "secret, n", "ownerId desc").get(random.nextInt(4));
        var view = new View(List.of(), 1 + random.nextInt(20), "");
        return switch (random.nextInt(9)) {
            case 0 -> new Operation.Get("docs", id(random), List.of("title", "n"));
            case 1 -> new Operation.ListRows("docs", filter, order, view);
            case 2 -> new Operation.Count("docs", filter);
            case 3 ->
                    new Operation.Search(
                            "docs", "red", filter, new View(List.of(), 1_000, ""), false);
            case 4 -> new Operation.Update("docs", id(random), Patch.of(changed(random)));
            case 5 -> new Operation.Delete("docs", id(random));
            case 6 ->
                    new Operation.UpdateWhere(
                            "docs",
                            filter,
                            new Patch(Map.of(), Map.of("n", TypedValue.of(1)), List.of("kind")));
            case 7 -> new Operation.UpdateWhere("docs", filter, Patch.of(changed(random)));
            default ->
                    random.nextInt(5) == 0
                            ? new Operation.DeleteWhere("docs", filter)
                            : new Operation.Count("docs", filter);
        };
    }

    /** All that alice is told. The order of a search is made of all rows: it is not compared. */
    private static List<Object> outcome(TestOperations db, Operation operation) {
        try {
            var result = db.run(db.user("alice"), operation);
            boolean ordered = !(operation instanceof Operation.Search);
            return List.of(
                    ordered ? result.rows() : Set.copyOf(result.rows()),
                    result.changes(),
                    result.count(),
                    result.nextPageToken());
        } catch (Failure e) {
            // A change that her own rules deny may name the operation, and no more.
            assertThat(e.reason())
                    .isIn(
                            Reason.ROW_NOT_FOUND,
                            Reason.RULE_DENIED,
                            Reason.FILTER_INVALID,
                            Reason.VALIDATION_FAILED);
            return new ArrayList<>(List.of(e.reason(), e.message(), e.details()));
        }
    }
}

package dev.atoll.bench.engine;

import dev.atoll.node.operations.Filter;
import dev.atoll.node.operations.Operation;
import dev.atoll.node.operations.RowCaller;
import dev.atoll.node.operations.View;
import dev.atoll.node.rules.Identity;
import dev.atoll.node.rules.RuleContext;
import dev.atoll.wire.InstanceKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/**
 * The median time of a list of 100 rows by a user under a rule that asks for the owner, and of the
 * same SELECT without the rule, one call after the other.
 */
final class RuleComparison implements Comparison {
    private static final int DIGITS = 3;
    private static final double NANOS_PER_MICRO = 1e3;

    private static final String OWNER = "alice";
    private static final InstanceKey NOTES = new InstanceKey("rules", "notes");

    /** What the page has, and one row more: whether there is another page. */
    private static final int ROWS = 101;

    private static final String FILE =
            "databases: { rules: { dynamic: true, access: { access: true }, tables: { notes: { fields:"
                    + " { ownerId: { type: text, required: true }, text: { type: text } }, access: {"
                    + " read: row.ownerId == auth.id } } } } }";

    private static final String FILL =
            "INSERT INTO notes(id, \"createdAt\", \"updatedAt\", \"ownerId\", text) WITH RECURSIVE"
                    + " n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT"
                    + " printf('%08d', i), i, i, '"
                    + OWNER
                    + "', printf('%.100c', 'x') FROM n";

    private static final String SELECT =
            "SELECT id, \"createdAt\", \"updatedAt\", \"ownerId\", text FROM notes ORDER BY id LIMIT "
                    + ROWS;

    private final Window window;
    private final EngineNode node;
    private final RowCaller caller =
            RowCaller.user(
                    new RuleContext(
                            new Identity(OWNER, null, null, Map.of()), NOTES, Instant.now()));
    private final Operation.Read list =
            new Operation.ListRows("notes", Filter.ALL, "", View.DEFAULT);

    RuleComparison(Path folder, Window window) throws IOException {
        this.window = window;
        this.node = EngineNode.start(folder.resolve("node"), 1);
    }

    @Override
    public void prepare() {
        node.apply(FILE);
        node.write(NOTES, FILL);
    }

    @Override
    public double yardstick() {
        return median(() -> node.read(NOTES, SELECT));
    }

    @Override
    public double ours() {
        return median(() -> node.read(NOTES, caller, list));
    }

    private double median(Supplier<CompletableFuture<Integer>> call) {
        repeat(call, window.warmUp().toNanos(), new Histogram(DIGITS));
        var times = new Histogram(DIGITS);
        repeat(call, window.duration().toNanos(), times);
        return times.getValueAtPercentile(50) / NANOS_PER_MICRO;
    }

    private static void repeat(
            Supplier<CompletableFuture<Integer>> call, long nanos, Histogram times) {
        long end = System.nanoTime() + nanos;
        do {
            long start = System.nanoTime();
            int rows = call.get().join();
            times.recordValue(System.nanoTime() - start);
            if (rows < ROWS - 1) {
                throw new IllegalStateException("rows: " + rows + " (expected: a whole page)");
            }
        } while (System.nanoTime() - end < 0);
    }

    @Override
    public void close() {
        node.close();
    }
}

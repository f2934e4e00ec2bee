package dev.atoll.node.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.blocks.Table;
import dev.atoll.node.rules.CelOracle;
import dev.atoll.node.rules.Identity;
import dev.atoll.node.rules.RuleContext;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No reply holds a row, a count or a detail of an error that the rules hide: random blocks, rows,
 * users and operations. More rounds with {@code -Datoll.rounds}, the same ones again with {@code
 * -Datoll.seed}.
 *
 * <p>Two instances differ only in rows that CEL's own evaluation hides from a user. Whatever he
 * asks, both answer him alike; and what he is shown, and what he changes, is what the rules allow
 * as that evaluation has it.
 *
 * <p>Left out is what is visible in spite of rules: nobody uses a unique value of a hidden row, nor
 * refers to one, nor deletes a row to which one refers that forbids it. The order of a search is
 * made of all rows.
 */
class LeakFuzzTest {
    private static final int ROUNDS = Integer.getInteger("atoll.rounds", 6);
    private static final int ROWS = 24;
    private static final int OPERATIONS = 60;

    /** What may come of an operation besides a result. */
    private static final Set<Reason> REASONS =
            Set.of(
                    Reason.ROW_NOT_FOUND,
                    Reason.RULE_DENIED,
                    Reason.FILTER_INVALID,
                    Reason.LIMIT_EXCEEDED,
                    Reason.VALIDATION_FAILED,
                    Reason.UNIQUE_VIOLATION,
                    Reason.CONSTRAINT_VIOLATION,
                    Reason.PAGE_TOKEN_INVALID);

    @TempDir private Path folder;

    private final CelOracle cel = new CelOracle();
    private final Map<String, Integer> seen = new HashMap<>();

    @Test
    void nothingTellsOfHiddenRows() {
        long seed = Long.getLong("atoll.seed", new SecureRandom().nextLong());
        System.out.println("seed " + seed);
        for (int i = 0; i < ROUNDS; i++) {
            var random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed + i);
            new Round(random, "seed " + (seed + i), folder.resolve(Integer.toString(i))).run();
        }
        System.out.println(seen);
        assertThat(seen.getOrDefault("hidden rows", 0)).isPositive();
    }

    private void count(String what, int more) {
        seen.merge(what, more, Integer::sum);
    }

    /** One block, its rows, and one user who tries to find out. */
    private final class Round {
        private final RandomGenerator random;
        private final String name;
        private final RandomBlock block;
        private final RandomOperations operations;
        private final TestOperations with;
        private final TestOperations without;
        private final List<RowCaller> users = new ArrayList<>();
        private final Map<String, List<String>> shared = new HashMap<>();
        private final Map<String, List<String>> hidden = new HashMap<>();
        private String tokenOfAnother = "";

        Round(RandomGenerator random, String name, Path folder) {
            this.random = random;
            this.name = name;
            this.block = new RandomBlock(random);
            this.operations = new RandomOperations(random);
            this.with = TestOperations.in(folder.resolve("with"), block.yaml());
            this.without = TestOperations.in(folder.resolve("without"), block.yaml());
        }

        void run() {
            try (with;
                    without) {
                for (var user : List.of("alice", "bob")) {
                    users.add(user(operations.calls().caller(user)));
                }
                users.add(with.anonymous());
                var observer = users.get(random.nextInt(5) / 2);
                var oracle = fill(observer);
                for (int i = 0; i < OPERATIONS; i++) {
                    if (random.nextInt(6) == 0) {
                        tryTokens(observer);
                    } else if (random.nextInt(6) == 0) {
                        tryMixed(observer);
                    } else {
                        tryOne(observer, oracle);
                    }
                }
                users.forEach(user -> checkAll(user, oracle));
            } catch (Failure e) {
                throw new AssertionError(name + ": " + block.yaml(), e);
            }
        }

        private RowCaller user(Identity identity) {
            return RowCaller.user(new RuleContext(identity, TestOperations.KEY, with.now()));
        }

        /** All rows in one of the two, and in the other those that may not be missing. */
        private RowOracle fill(RowCaller observer) {
            for (int i = random.nextInt(4); i > 0; i--) {
                addToBoth("members", operations.member());
            }
            for (int i = random.nextInt(3); i > 0; i--) {
                addToBoth("bans", operations.ban());
            }
            var rows = new HashMap<String, Map<String, TypedValue>>();
            var order = new ArrayList<String>();
            var docs = new ArrayList<String>();
            for (var table : RandomBlock.TABLES) {
                for (int i = 0; i < ROWS; i++) {
                    var row = operations.row(table, docs);
                    var id = with.add(table, row);
                    rows.put(id, row);
                    order.add(id);
                    if (table.equals("docs") && isLive(id)) {
                        docs.add(id);
                    }
                }
            }
            var oracle = new RowOracle(cel, block, with);
            var removed = removed(observer, oracle, rows);
            for (var id : order) {
                if (!removed.contains(id)) {
                    without.add(table(id), row(rows, id));
                }
                (removed.contains(id) ? hidden : shared)
                        .computeIfAbsent(table(id), _ -> new ArrayList<>())
                        .add(id);
            }
            count("hidden rows", removed.size());
            return oracle;
        }

        /** One that has expired cannot be referred to. */
        private boolean isLive(String id) {
            var filter = new Filter("row.id == args.id", Map.of("id", TypedValue.of(id)));
            return with.read(with.service(), new Operation.Count(table(id), filter)).count() == 1;
        }

        private void addToBoth(String table, Map<String, TypedValue> fields) {
            var all = new HashMap<>(fields);
            all.put("id", TypedValue.of(table + random.nextInt()));
            with.add(table, all);
            without.add(table, all);
        }

        private static Map<String, TypedValue> row(
                Map<String, Map<String, TypedValue>> rows, String id) {
            return rows.getOrDefault(id, Map.of());
        }

        private static String table(String id) {
            return id.startsWith("docs") ? "docs" : "items";
        }

        /** Those hidden from the observer that no other row refers to, and that forbid nothing. */
        private Set<String> removed(
                RowCaller observer, RowOracle oracle, Map<String, Map<String, TypedValue>> rows) {
            var removed = new HashSet<String>();
            for (var table : RandomBlock.TABLES) {
                oracle.rows(table)
                        .forEach(
                                (id, row) -> {
                                    if (!oracle.allows(
                                            observer, table, Table.Operation.READ, row)) {
                                        removed.add(id);
                                    }
                                });
            }
            boolean changed = true;
            while (changed) {
                int before = removed.size();
                rows.forEach(
                        (id, row) -> {
                            var parent = parent(row);
                            if (!removed.contains(id)) {
                                removed.remove(parent);
                            } else if (block.restricts(table(id))
                                    && !parent.isEmpty()
                                    && !removed.contains(parent)) {
                                removed.remove(id);
                            }
                        });
                changed = removed.size() < before;
            }
            return removed;
        }

        private static String parent(Map<String, TypedValue> row) {
            var parent = row.get("parent");
            return parent == null || parent.isNull()
                    ? ""
                    : (String) TestOperations.plain(parent.value());
        }

        private RandomOperations.Ids ids() {
            var table = operations.calls().one(RandomBlock.TABLES);
            return new RandomOperations.Ids(
                    table,
                    shared.getOrDefault(table, List.of()),
                    hidden.getOrDefault(table, List.of()));
        }

        private void tryOne(RowCaller caller, RowOracle oracle) {
            var asked = operations.filter();
            var operation = operations.operation(ids(), asked);
            var before = snapshot(oracle);
            var told = outcome(with, caller, List.of(operation));
            assertAlike(told, outcome(without, caller, List.of(operation)), List.of(operation));
            if (told.failure() == null) {
                checkShown(caller, oracle, operation, asked, told.results().getFirst());
                if (operation instanceof Operation.Write) {
                    checkChanged(caller, oracle, operation, before);
                }
            }
        }

        private void tryMixed(RowCaller caller) {
            var all = new ArrayList<Operation>();
            for (int i = random.nextInt(2, 5); i > 0; i--) {
                all.add(operations.operation(ids(), operations.filter()));
            }
            assertAlike(outcome(with, caller, all), outcome(without, caller, all), all);
        }

        /** Pages to the end, and then with what somebody else was given. */
        private void tryTokens(RowCaller caller) {
            var list =
                    operations.list(
                            operations.calls().one(RandomBlock.TABLES),
                            operations.filter().filter(),
                            random.nextInt(3) == 0 ? tokenOfAnother : "");
            for (int i = 0; i < ROWS; i++) {
                var all = List.<Operation>of(list);
                var told = outcome(with, caller, all);
                assertAlike(told, outcome(without, caller, all), all);
                var next = told.failure() == null ? told.results().getFirst().nextPageToken() : "";
                if (next.isEmpty()) {
                    break;
                }
                list =
                        new Operation.ListRows(
                                list.table(),
                                list.filter(),
                                list.order(),
                                new View(list.view().fields(), list.view().pageSize(), next));
            }
            for (var other : users) {
                var told = outcome(with, other, List.of(list));
                if (told.failure() == null
                        && !told.results().getFirst().nextPageToken().isEmpty()) {
                    tokenOfAnother = told.results().getFirst().nextPageToken();
                    count("tokens of others", 1);
                }
            }
        }

        private void assertAlike(Told told, Told other, List<Operation> asked) {
            assertThat(told.shown())
                    .as("%s%n%s%n%s", name, asked, block.yaml())
                    .isEqualTo(other.shown());
            count(told.failure() == null ? "results" : told.failure().reason().name(), 1);
        }

        private String described(Operation operation) {
            return name + "\n" + operation + "\n" + block.yaml();
        }

        /** What is shown is what the rules allow, all of it and no more. */
        private void checkShown(
                RowCaller caller,
                RowOracle oracle,
                Operation operation,
                RandomOperations.Asked asked,
                OperationResult result) {
            switch (operation) {
                case Operation.Get get ->
                        assertThat(visible(caller, oracle, get.table(), null))
                                .as(described(get))
                                .contains(get.id());
                case Operation.Count count ->
                        assertThat(result.count())
                                .as(described(count))
                                .isEqualTo(visible(caller, oracle, count.table(), asked).size());
                case Operation.ListRows list ->
                        assertThat(visible(caller, oracle, list.table(), asked))
                                .as(described(list))
                                .containsAll(ids(result))
                                .hasSizeGreaterThanOrEqualTo(result.rows().size());
                case Operation.Search search ->
                        assertThat(visible(caller, oracle, search.table(), asked))
                                .as(described(search))
                                .containsAll(ids(result));
                case Operation.Write _ -> {
                    // Looked at by what has changed.
                }
            }
            count("rows shown", result.rows().size());
        }

        private Set<String> visible(
                RowCaller caller,
                RowOracle oracle,
                String table,
                RandomOperations.@Nullable Asked asked) {
            return oracle.rows(table).entrySet().stream()
                    .filter(
                            row ->
                                    oracle.allows(
                                                    caller,
                                                    table,
                                                    Table.Operation.READ,
                                                    row.getValue())
                                            && (asked == null
                                                    || oracle.isTrue(
                                                            asked.pair(),
                                                            caller.context(),
                                                            row.getValue(),
                                                            asked.arguments())))
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toSet());
        }

        private static Set<String> ids(OperationResult result) {
            return TestOperations.named(result).stream()
                    .map(row -> String.valueOf(row.get("id")))
                    .collect(Collectors.toSet());
        }

        private Map<String, Map<String, Object>> snapshot(RowOracle oracle) {
            var all = new HashMap<String, Map<String, Object>>();
            RandomBlock.TABLES.forEach(table -> all.putAll(oracle.rows(table)));
            return all;
        }

        /** What has changed is what the rules allow to change, but for cascades. */
        private void checkChanged(
                RowCaller caller,
                RowOracle oracle,
                Operation operation,
                Map<String, Map<String, Object>> before) {
            var after = snapshot(oracle);
            before.forEach(
                    (id, old) -> {
                        var now = after.get(id);
                        if (now == null) {
                            boolean cascaded =
                                    before.containsKey(String.valueOf(old.get("parent")))
                                            && !after.containsKey(
                                                    String.valueOf(old.get("parent")));
                            boolean expired = operation instanceof Operation.Update;
                            assertThat(
                                            cascaded
                                                    || expired
                                                    || may(
                                                            caller,
                                                            oracle,
                                                            old,
                                                            deleting(operation)))
                                    .as("%s is gone: %s", id, described(operation))
                                    .isTrue();
                        } else if (!sameButForParent(old, now)) {
                            assertThat(may(caller, oracle, old, Table.Operation.UPDATE))
                                    .as("%s has changed: %s", id, described(operation))
                                    .isTrue();
                            assertThat(oracle.allows(caller, table(id), Table.Operation.CHECK, now))
                                    .as("%s is now: %s", id, described(operation))
                                    .isTrue();
                        }
                        count(now == null || !now.equals(old) ? "rows changed" : "rows kept", 1);
                    });
            after.forEach(
                    (id, row) -> {
                        if (!before.containsKey(id)) {
                            assertThat(
                                            oracle.allows(
                                                    caller, table(id), Table.Operation.INSERT, row))
                                    .as("%s is new: %s", id, described(operation))
                                    .isTrue();
                        }
                    });
        }

        /** A row that is gone after an update has expired by it. */
        private static Table.Operation deleting(Operation operation) {
            return operation instanceof Operation.Delete
                            || operation instanceof Operation.DeleteWhere
                    ? Table.Operation.DELETE
                    : Table.Operation.UPDATE;
        }

        private boolean may(
                RowCaller caller,
                RowOracle oracle,
                Map<String, Object> row,
                Table.Operation operation) {
            var table = table(String.valueOf(row.get("id")));
            return oracle.allows(caller, table, Table.Operation.READ, row)
                    && oracle.allows(caller, table, operation, row);
        }

        /** A parent that is gone leaves null. */
        private static boolean sameButForParent(Map<String, Object> old, Map<String, Object> now) {
            var left = new HashMap<>(old);
            if (!now.containsKey("parent")) {
                left.remove("parent");
            }
            return Objects.equals(left, now);
        }

        /** At the end, for everybody. */
        private void checkAll(RowCaller caller, RowOracle oracle) {
            for (var table : RandomBlock.TABLES) {
                var view = new View(List.of(), 1_000, "");
                var list = new Operation.ListRows(table, Filter.ALL, "", view);
                var told = outcome(with, caller, List.of(list));
                if (told.failure() != null) {
                    assertThat(told.failure().reason()).isEqualTo(Reason.RULE_DENIED);
                    assertThat(block.rule(table, Table.Operation.READ)).isEmpty();
                } else {
                    assertThat(ids(told.results().getFirst()))
                            .as(described(list))
                            .isEqualTo(visible(caller, oracle, table, null));
                }
            }
        }
    }

    /** All that a caller is told. */
    private record Told(
            List<OperationResult> results, @Nullable Failure failure, List<Object> shown) {}

    private static Told outcome(TestOperations db, RowCaller caller, List<Operation> operations) {
        try {
            var results = db.run(caller, operations);
            var shown = new ArrayList<Object>();
            for (int i = 0; i < results.size(); i++) {
                shown.add(shown(operations.get(i), results.get(i)));
            }
            return new Told(results, null, shown);
        } catch (Failure e) {
            assertThat(e.reason()).as(e.message()).isIn(REASONS);
            return new Told(List.of(), e, List.of(e.reason(), e.message(), e.details()));
        }
    }

    private static Object shown(Operation operation, OperationResult result) {
        return operation instanceof Operation.Search ? Set.copyOf(result.rows()) : result;
    }
}

package dev.atoll.node.operations;

import dev.atoll.node.blocks.Table;
import dev.atoll.node.rules.CelOracle;
import dev.atoll.node.rules.Dynamic;
import dev.atoll.node.rules.FieldType;
import dev.atoll.node.rules.RandomCalls;
import dev.atoll.node.rules.RuleContext;
import dev.atoll.node.rules.RulePair;
import dev.atoll.node.sqlite.SqlValue;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Says who may see and write which row, by CEL's own evaluation on what a service reads: nothing of
 * it is our SQL but those reads.
 */
final class RowOracle {
    private final CelOracle cel;
    private final RandomBlock block;
    private final TestOperations db;
    private final Map<String, CelOracle.Question> questions = new HashMap<>();
    private final Map<String, Object> asked = new HashMap<>();

    RowOracle(CelOracle cel, RandomBlock block, TestOperations db) {
        this.cel = cel;
        this.block = block;
        this.db = db;
        // Nobody writes them.
        for (var table : RandomBlock.ASKED) {
            asked.put(table, new ArrayList<>(rows(table).values()));
        }
    }

    /** All rows that have not expired, by id, as the evaluation has them. */
    Map<String, Map<String, Object>> rows(String table) {
        var page =
                db.read(
                        db.service(),
                        new Operation.ListRows(
                                table, Filter.ALL, "", new View(List.of(), 1_000, "")));
        var rows = new LinkedHashMap<String, Map<String, Object>>();
        for (var values : page.rows()) {
            var row = new HashMap<String, Object>();
            for (int i = 0; i < values.size(); i++) {
                var column = page.columns().get(i);
                if (!(values.get(i) instanceof SqlValue.Null)) {
                    row.put(column.name(), value(column.type(), values.get(i)));
                }
            }
            rows.put((String) row.getOrDefault(Table.ID, ""), row);
        }
        return rows;
    }

    private static Object value(FieldType type, SqlValue value) {
        return switch (value) {
            case SqlValue.Text(String text) when type == FieldType.JSON ->
                    RandomCalls.value(Dynamic.ofJson(text));
            case SqlValue.Integer64(long micros) when type == FieldType.DATETIME ->
                    Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
            case SqlValue.Integer64(long number) when type == FieldType.BOOLEAN -> number == 1;
            case SqlValue.Integer64 _,
                    SqlValue.Real _,
                    SqlValue.Text _,
                    SqlValue.Blob _,
                    SqlValue.Null _ ->
                    TestOperations.plain(value);
        };
    }

    /** Whether the rules allow the caller that, with a row. */
    boolean allows(
            RowCaller caller, String table, Table.Operation operation, Map<String, Object> row) {
        return block.rule(table, operation)
                .filter(rule -> isTrue(rule, caller.context(), row, Map.of()))
                .isPresent();
    }

    /** Whether a condition is definitely true of a row. */
    boolean isTrue(
            RulePair condition,
            RuleContext context,
            Map<String, Object> row,
            Map<String, Object> arguments) {
        var variables = new HashMap<String, Object>();
        variables.put("row", row);
        variables.put("auth", RandomCalls.auth(context.auth()));
        variables.put(
                "instance",
                Map.of(
                        "namespace", context.instance().namespace(),
                        "id", context.instance().id()));
        variables.put("now", context.now());
        variables.put("tables", asked);
        variables.put("args", arguments);
        variables.put("wrong", List.of());
        return questions.computeIfAbsent(condition.oracle(), cel::question).ask(variables) == 'Y';
    }
}

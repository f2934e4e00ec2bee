package dev.atoll.node.blocks.file;

import dev.atoll.node.blocks.Block;
import dev.atoll.node.blocks.Rule;
import dev.atoll.node.blocks.Table;
import dev.atoll.node.rules.FieldType;
import dev.atoll.node.rules.RuleCompiler;
import dev.atoll.node.rules.RuleLimits;
import dev.atoll.node.rules.RuleResult;
import dev.atoll.node.rules.RuleScope;
import dev.atoll.node.sqlite.ScratchDatabase;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Makes blocks of what has the right form, and notes what the form does not say: names that are not
 * there, values that do not fit, rules that cannot be compiled. One thread at a time.
 */
final class BlockParser {
    private static final int TABLES_MAX = 10_000;

    private final String[] lines;
    private final Map<String, FieldType> claims;
    private final Problems problems;
    private final TableParser tables;
    private final UpkeepParser upkeep;
    private int tableCount;

    BlockParser(
            String[] lines,
            Map<String, FieldType> claims,
            Problems problems,
            ScratchDatabase scratch) {
        this.lines = lines;
        this.claims = claims;
        this.problems = problems;
        this.tables = new TableParser(problems, scratch);
        this.upkeep = new UpkeepParser(problems);
    }

    List<Block> blocks(Item.Entries databases) {
        var blocks = new ArrayList<Block>();
        for (var entry : databases.values().entrySet()) {
            var item = (Item.Entries) entry.getValue().value();
            int count = item.entries("tables").map(all -> all.values().size()).orElse(0);
            tableCount += count;
            if (tableCount > TABLES_MAX) {
                problem(item, "more than " + TABLES_MAX + " tables in the file (expected: fewer)");
                return blocks;
            }
            blocks.add(block(entry.getKey(), item));
        }
        return blocks;
    }

    private Block block(String name, Item.Entries item) {
        boolean sql = item.flag("sql");
        if (sql) {
            for (var key : List.of("tables", "access", "anonymous")) {
                item.find(key)
                        .ifPresent(
                                other ->
                                        problem(
                                                other,
                                                "'"
                                                        + key
                                                        + "' where sql is true: services use it"
                                                        + " by SQL, and nobody else"));
            }
        }
        var declared = tables.tables(item.entries("tables"));
        // What is gone by its time is to be gone for good, unless the file says otherwise.
        boolean secure =
                item.find("secure-delete").isPresent()
                        ? item.flag("secure-delete")
                        : declared.stream().anyMatch(table -> table.features().ttl().isPresent());
        var mode = new Block.Mode(item.flag("dynamic"), item.flag("anonymous"), sql, secure);
        var bare = new Block(name, mode, Map.of(), declared, upkeep.upkeep(item));
        return withRules(bare, item);
    }

    private Block withRules(Block bare, Item.Entries item) {
        var compiler = new RuleCompiler(bare.ruleSchema(claims));
        var access = blockAccess(item.entries("access"), compiler);
        var tableItems = item.entries("tables");
        var ruled = new ArrayList<Table>();
        for (var table : bare.tables()) {
            var rules =
                    tableItems
                            .flatMap(all -> all.entries(table.name()))
                            .flatMap(entries -> entries.entries("access"));
            ruled.add(table.with(tableAccess(rules, table.name(), compiler)));
            if (rules.isPresent() && !access.containsKey(Block.Operation.ACCESS)) {
                // Once is enough; the first table shows it.
                warnOfNoAccess(item);
            }
        }
        return new Block(bare.name(), bare.mode(), access, ruled, bare.upkeep());
    }

    private void warnOfNoAccess(Item.Entries block) {
        boolean wrong = block.entries("access").flatMap(rules -> rules.find("access")).isPresent();
        if (!wrong) {
            problems.warn(
                    block.place()
                            .problem(
                                    "no access rule: users can use none of its tables (expected:"
                                            + " access: { access: … })"));
        }
    }

    private Map<Block.Operation, Rule> blockAccess(
            Optional<Item.Entries> access, RuleCompiler compiler) {
        var rules = new EnumMap<Block.Operation, Rule>(Block.Operation.class);
        for (var operation : Block.Operation.values()) {
            var scope =
                    operation == Block.Operation.CREATE
                            ? new RuleScope.CreateRule()
                            : new RuleScope.InstanceRule();
            rule(access, operation.name(), scope, compiler)
                    .ifPresent(rule -> rules.put(operation, rule));
        }
        return rules;
    }

    private Map<Table.Operation, Rule> tableAccess(
            Optional<Item.Entries> access, String table, RuleCompiler compiler) {
        var rules = new EnumMap<Table.Operation, Rule>(Table.Operation.class);
        for (var operation : Table.Operation.values()) {
            boolean ofNew = operation == Table.Operation.INSERT;
            rule(access, operation.name(), new RuleScope.TableRule(table, ofNew), compiler)
                    .ifPresent(rule -> rules.put(operation, rule));
        }
        var check = access.flatMap(rule -> rule.find("check"));
        boolean update = access.flatMap(rule -> rule.find("update")).isPresent();
        check.filter(_ -> !update)
                .ifPresent(
                        rule ->
                                problems.warn(
                                        rule.place()
                                                .problem(
                                                        "check without update: nothing can be"
                                                                + " changed")));
        return rules;
    }

    private Optional<Rule> rule(
            Optional<Item.Entries> access,
            String operation,
            RuleScope scope,
            RuleCompiler compiler) {
        var written = access.flatMap(rules -> rules.scalar(operation.toLowerCase(Locale.ROOT)));
        return written.flatMap(scalar -> compile(scalar, scope, compiler));
    }

    private Optional<Rule> compile(Item.Scalar scalar, RuleScope scope, RuleCompiler compiler) {
        return switch (compiler.compile(scope, scalar.text(), RuleLimits.RULE)) {
            case RuleResult.Compiled(var compiled) -> {
                compiled.warnings()
                        .forEach(warning -> problems.warn(Place.inText(scalar, warning, lines)));
                yield Optional.of(new Rule(scalar.text(), compiled));
            }
            case RuleResult.Refused(var refusals) -> {
                refusals.forEach(refusal -> problems.add(Place.inText(scalar, refusal, lines)));
                yield Optional.empty();
            }
        };
    }

    private void problem(Item item, String text) {
        problems.add(item.place(), text);
    }
}

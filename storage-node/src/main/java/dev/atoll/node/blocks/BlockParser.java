package dev.atoll.node.blocks;

import dev.atoll.node.rules.FieldType;
import dev.atoll.node.rules.RuleCompiler;
import dev.atoll.node.rules.RuleField;
import dev.atoll.node.rules.RuleLimits;
import dev.atoll.node.rules.RuleResult;
import dev.atoll.node.rules.RuleSchema;
import dev.atoll.node.rules.RuleScope;
import dev.atoll.node.rules.RuleTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Makes blocks of what has the right form, and notes what the form does not say: names that are not
 * there, values that do not fit, rules that cannot be compiled. One thread at a time.
 */
final class BlockParser {
    private final String[] lines;
    private final List<FileProblem> problems;
    private final List<FileProblem> warnings;
    private final TableParser tables;

    BlockParser(String[] lines, List<FileProblem> problems, List<FileProblem> warnings) {
        this.lines = lines;
        this.problems = problems;
        this.warnings = warnings;
        this.tables = new TableParser(problems);
    }

    List<Block> blocks(Item.Entries databases) {
        return databases.values().entrySet().stream()
                .map(entry -> block(entry.getKey(), (Item.Entries) entry.getValue().value()))
                .toList();
    }

    private Block block(String name, Item.Entries item) {
        var mode = new Block.Mode(item.flag("dynamic"), item.flag("anonymous"), item.flag("sql"));
        if (mode.sql()) {
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
        var compiler = new RuleCompiler(schema(declared));
        return new Block(
                name,
                mode,
                blockAccess(item.entries("access"), compiler),
                withRules(declared, item.entries("tables"), compiler),
                new Block.Upkeep(migrations(item), limits(item.entries("limits"))));
    }

    private static RuleSchema schema(List<Table> tables) {
        return new RuleSchema(tables.stream().map(BlockParser::ruleTable).toList(), Map.of());
    }

    private static RuleTable ruleTable(Table table) {
        var fields =
                table.fields().stream()
                        .map(
                                field ->
                                        new RuleField(
                                                field.name(),
                                                field.type(),
                                                !field.presence().required(),
                                                field.name()))
                        .toList();
        var ttl =
                table.features()
                        .ttl()
                        .flatMap(table::find)
                        .filter(field -> field.type() == FieldType.DATETIME)
                        .map(Field::name)
                        .orElse(null);
        return new RuleTable(table.name(), table.name(), fields, ttl);
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

    private List<Table> withRules(
            List<Table> declared, Optional<Item.Entries> items, RuleCompiler compiler) {
        return declared.stream()
                .map(
                        table -> {
                            var access =
                                    items.flatMap(all -> all.entries(table.name()))
                                            .flatMap(item -> item.entries("access"));
                            return new Table(
                                    table.name(),
                                    table.fields(),
                                    table.indexes(),
                                    table.features(),
                                    tableAccess(access, table.name(), compiler));
                        })
                .toList();
    }

    private Map<Table.Operation, Rule> tableAccess(
            Optional<Item.Entries> access, String table, RuleCompiler compiler) {
        var rules = new EnumMap<Table.Operation, Rule>(Table.Operation.class);
        for (var operation : Table.Operation.values()) {
            rule(access, operation.name(), new RuleScope.TableRule(table), compiler)
                    .ifPresent(rule -> rules.put(operation, rule));
        }
        access.flatMap(rule -> rule.find("check"))
                .filter(_ -> !rules.containsKey(Table.Operation.UPDATE))
                .ifPresent(
                        check ->
                                warnings.add(
                                        check.place()
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
        return written.flatMap(
                scalar ->
                        switch (compiler.compile(scope, scalar.text(), RuleLimits.RULE)) {
                            case RuleResult.Compiled(var compiled) -> {
                                compiled.warnings()
                                        .forEach(
                                                warning ->
                                                        warnings.add(
                                                                Place.inText(
                                                                        scalar, warning, lines)));
                                yield Optional.of(new Rule(scalar.text(), compiled));
                            }
                            case RuleResult.Refused(var refusals) -> {
                                refusals.forEach(
                                        refusal ->
                                                problems.add(Place.inText(scalar, refusal, lines)));
                                yield Optional.<Rule>empty();
                            }
                        });
    }

    private List<Block.Migration> migrations(Item.Entries item) {
        var names = new HashSet<String>();
        var migrations = new ArrayList<Block.Migration>();
        for (var element : item.items("migrations")) {
            var entries = (Item.Entries) element;
            entries.scalar("name")
                    .filter(name -> !names.add(name.text()))
                    .ifPresent(name -> problem(name, "'" + name.text() + "' is there twice"));
            migrations.add(
                    new Block.Migration(
                            entries.scalar("name").map(Item.Scalar::text).orElse(""),
                            entries.items("sql").stream()
                                    .map(sql -> ((Item.Scalar) sql).text())
                                    .toList()));
        }
        return migrations;
    }

    private static Block.Limits limits(Optional<Item.Entries> item) {
        var size = item.flatMap(limits -> limits.scalar("size")).map(Item.Scalar::text);
        var time = item.flatMap(limits -> limits.scalar("statement-time")).map(Item.Scalar::text);
        var calls = item.flatMap(limits -> limits.scalar("calls-per-second"));
        return new Block.Limits(
                size.map(text -> OptionalLong.of(bytes(text))).orElse(OptionalLong.empty()),
                time.map(BlockParser::duration),
                calls.map(text -> OptionalInt.of(Integer.parseInt(text.text())))
                        .orElse(OptionalInt.empty()));
    }

    private static long bytes(String text) {
        int unit = text.length() - 3;
        int shift = 10 * (1 + "KMG".indexOf(text.charAt(unit)));
        return Long.parseLong(text.substring(0, unit)) << shift;
    }

    private static Duration duration(String text) {
        long count = Long.parseLong(text.replaceAll("[a-z]", ""));
        return Stream.of(
                        Map.entry("ms", Duration.ofMillis(count)),
                        Map.entry("m", Duration.ofMinutes(count)))
                .filter(unit -> text.equals(count + unit.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(Duration.ofSeconds(count));
    }

    private void problem(Item item, String text) {
        problems.add(item.place().problem(text));
    }
}

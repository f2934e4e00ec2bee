package dev.atoll.node.blocks.file;

import dev.atoll.node.blocks.Block;
import dev.atoll.node.blocks.schema.Migrations;
import dev.atoll.node.sqlite.SqlCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Makes migrations and limits of what the file says of them. One thread at a time. */
final class UpkeepParser {
    private static final long SIZE_MAX = 1L << 40;
    private static final long SIZE_MIN = 1L << 20;
    private static final Duration TIME_MAX = Duration.ofHours(1);

    private final Problems problems;

    UpkeepParser(Problems problems) {
        this.problems = problems;
    }

    Block.Upkeep upkeep(Item.Entries item) {
        var statements = new ArrayList<Item.Scalar>();
        var migrations = migrations(item, statements);
        boolean right = true;
        for (var statement : statements) {
            var problem = SqlCheck.statement(statement.text());
            problem.ifPresent(text -> problem(statement, text));
            right &= problem.isEmpty();
        }
        if (right && item.flag("sql")) {
            tryAll(migrations, statements);
        }
        return new Block.Upkeep(migrations, item.entries("limits").map(this::limits).orElse(NONE));
    }

    private static final Block.Limits NONE =
            new Block.Limits(OptionalLong.empty(), Optional.empty(), OptionalInt.empty());

    private List<Block.Migration> migrations(Item.Entries item, List<Item.Scalar> statements) {
        var names = new HashSet<String>();
        var migrations = new ArrayList<Block.Migration>();
        for (var element : item.items("migrations")) {
            var entries = (Item.Entries) element;
            entries.scalar("name")
                    .filter(name -> !names.add(name.text()))
                    .ifPresent(name -> problem(name, "'" + name.text() + "' is there twice"));
            var sql = entries.items("sql").stream().map(Item.Scalar.class::cast).toList();
            statements.addAll(sql);
            migrations.add(
                    new Block.Migration(
                            entries.scalar("name").map(Item.Scalar::text).orElse(""),
                            sql.stream().map(Item.Scalar::text).toList()));
        }
        return migrations;
    }

    /** A new instance has nothing but what they make: so they are tried on an empty database. */
    private void tryAll(List<Block.Migration> migrations, List<Item.Scalar> statements) {
        var results = Migrations.tryAll(migrations);
        for (int i = 0; i < results.size(); i++) {
            var statement = statements.get(i);
            results.get(i).ifPresent(text -> problem(statement, text));
        }
    }

    private Block.Limits limits(Item.Entries item) {
        return new Block.Limits(
                item.scalar("size").map(this::bytes).orElse(OptionalLong.empty()),
                item.scalar("statement-time").flatMap(this::duration),
                item.scalar("calls-per-second")
                        .map(text -> OptionalInt.of(Integer.parseInt(text.text())))
                        .orElse(OptionalInt.empty()));
    }

    private OptionalLong bytes(Item.Scalar scalar) {
        int unit = scalar.text().length() - 3;
        long count = Long.parseLong(scalar.text().substring(0, unit));
        long factor = 1L << (10 * (1 + "KMG".indexOf(scalar.text().charAt(unit))));
        if (count > SIZE_MAX / factor || count * factor < SIZE_MIN) {
            problem(scalar, "'" + scalar.text() + "' (expected: 1MiB to 1024GiB)");
            return OptionalLong.empty();
        }
        return OptionalLong.of(count * factor);
    }

    private Optional<Duration> duration(Item.Scalar scalar) {
        var text = scalar.text();
        long count = Long.parseLong(text.replaceAll("[a-z]", ""));
        var duration =
                text.endsWith("ms")
                        ? Duration.ofMillis(count)
                        : text.endsWith("s")
                                ? Duration.ofSeconds(count)
                                : Duration.ofMinutes(count);
        if (duration.compareTo(TIME_MAX) > 0) {
            problem(scalar, "'" + text + "' (expected: at most 60m)");
            return Optional.empty();
        }
        return Optional.of(duration);
    }

    private void problem(Item item, String text) {
        problems.add(item.place(), text);
    }
}

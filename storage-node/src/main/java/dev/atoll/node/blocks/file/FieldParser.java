package dev.atoll.node.blocks.file;

import dev.atoll.node.blocks.Field;
import dev.atoll.node.blocks.Ranges;
import dev.atoll.node.rules.Dynamic;
import dev.atoll.node.rules.FieldType;
import dev.atoll.node.rules.Patterns;
import dev.atoll.node.rules.Times;
import dev.atoll.node.sqlite.SqlValue;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes a field of what the file says of it, and notes its problems. One thread at a time. */
final class FieldParser {
    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]{1,19}");
    private static final Pattern REAL =
            Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,4})?");

    private static final List<String> NOT_COMPUTED =
            List.of(
                    "default",
                    "required",
                    "min",
                    "max",
                    "pattern",
                    "enum",
                    "references",
                    "on-delete");

    private final Problems problems;

    FieldParser(Problems problems) {
        this.problems = problems;
    }

    Field field(String name, Item.Named named) {
        var item = (Item.Entries) named.value();
        // A type that is wrong has been noted; text lets the rest be looked at.
        var type =
                item.scalar("type")
                        .map(scalar -> FieldType.valueOf(scalar.text().toUpperCase(Locale.ROOT)))
                        .orElse(FieldType.TEXT);
        var computed = item.scalar("computed").map(Item.Scalar::text);
        if (computed.isPresent()) {
            return computed(name, item, type, computed.get());
        }
        var range = range(item, type);
        var initial = item.scalar("default").flatMap(scalar -> initial(scalar, type, range));
        var presence = new Field.Presence(item.flag("required"), initial, Optional.empty());
        return new Field(name, type, presence, range, key(item, type));
    }

    /** Nobody writes it: so nothing that is said of values that are written applies. */
    private Field computed(String name, Item.Entries item, FieldType type, String expression) {
        for (var key : NOT_COMPUTED) {
            item.find(key)
                    .ifPresent(
                            other ->
                                    problem(
                                            other,
                                            "'" + key + "' of a computed field (expected: none)"));
        }
        var presence = new Field.Presence(false, Optional.empty(), Optional.of(expression));
        var key = new Field.Key(item.flag("unique"), item.flag("index"), Optional.empty());
        checkOrder(item, type);
        return new Field(name, type, presence, Field.Range.ANY, key);
    }

    private Optional<SqlValue> initial(Item.Scalar scalar, FieldType type, Field.Range range) {
        var value = value(scalar, type);
        if (value != null) {
            Ranges.problem(value, type, range)
                    .ifPresent(problem -> problem(scalar, "the default: " + problem));
        }
        return Optional.ofNullable(value);
    }

    /** Null, and a problem, if the text is no value of the type. */
    private @Nullable SqlValue value(Item.Scalar scalar, FieldType type) {
        var text = scalar.text();
        try {
            return switch (type) {
                case TEXT -> SqlValue.of(clean(text));
                case INTEGER -> SqlValue.of(Long.parseLong(matching(INTEGER, text)));
                case REAL -> SqlValue.of(finite(Double.parseDouble(matching(REAL, text))));
                case BOOLEAN -> SqlValue.of(bool(text));
                case DATETIME -> SqlValue.of(Times.moment(text));
                case JSON -> {
                    var _ = Dynamic.ofJson(clean(text));
                    yield SqlValue.of(text);
                }
                case BLOB -> throw new IllegalArgumentException("blobs have none");
            };
        } catch (IllegalArgumentException e) {
            problem(scalar, "'" + text + "' (expected: " + expected(type) + ")");
            return null;
        }
    }

    /** Java takes more spellings of numbers than anybody expects. */
    private static String matching(Pattern pattern, String text) {
        if (!pattern.matcher(text).matches()) {
            throw new IllegalArgumentException("no number");
        }
        return text;
    }

    /** It becomes part of an SQL text, which a NUL would end. */
    private static String clean(String text) {
        boolean wrong =
                text.indexOf('\0') >= 0
                        || text.codePoints()
                                .anyMatch(c -> Character.getType(c) == Character.SURROGATE);
        if (wrong) {
            throw new IllegalArgumentException("no text");
        }
        return text;
    }

    private static double finite(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("not finite");
        }
        return value;
    }

    private static long bool(String text) {
        return switch (text) {
            case "true" -> 1;
            case "false" -> 0;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static String expected(FieldType type) {
        return switch (type) {
            case TEXT -> "a text without NUL and half pairs of surrogates";
            case INTEGER -> "a whole number";
            case REAL -> "a number";
            case BOOLEAN -> "true or false";
            case DATETIME -> "a moment, such as 2026-01-31T12:00:00Z";
            case JSON -> "JSON, in quotes";
            case BLOB -> "no value: a blob has no default";
        };
    }

    private Field.Range range(Item.Entries item, FieldType type) {
        var min = bound(item, "min", type);
        var max = bound(item, "max", type);
        if (min.isPresent() && max.isPresent() && Ranges.compare(min.get(), max.get()) > 0) {
            item.find("max").ifPresent(place -> problem(place, "max is less than min"));
        }
        var pattern = item.scalar("pattern");
        pattern.filter(_ -> type != FieldType.TEXT)
                .ifPresent(place -> problem(place, "a pattern is for texts"));
        pattern.flatMap(scalar -> Patterns.problem(scalar.text()))
                .ifPresent(problem -> pattern.ifPresent(place -> problem(place, problem)));
        item.find("enum")
                .filter(_ -> type != FieldType.TEXT)
                .ifPresent(place -> problem(place, "enum is for texts"));
        var words = item.items("enum").stream().map(word -> ((Item.Scalar) word).text()).toList();
        var seen = new HashSet<String>();
        item.items("enum").stream()
                .filter(word -> !seen.add(((Item.Scalar) word).text()))
                .forEach(word -> problem(word, "it is there twice"));
        return new Field.Range(min, max, pattern.map(Item.Scalar::text), words);
    }

    private Optional<SqlValue> bound(Item.Entries item, String key, FieldType type) {
        return item.scalar(key)
                .flatMap(
                        scalar ->
                                switch (type) {
                                    case TEXT -> characters(scalar);
                                    case INTEGER, REAL, DATETIME ->
                                            Optional.ofNullable(value(scalar, type));
                                    case BOOLEAN, JSON, BLOB -> {
                                        problem(
                                                scalar,
                                                key
                                                        + " is for texts, integers, reals and"
                                                        + " datetimes");
                                        yield Optional.empty();
                                    }
                                });
    }

    private Optional<SqlValue> characters(Item.Scalar scalar) {
        if (scalar.text().matches("\\d{1,9}")) {
            return Optional.of(SqlValue.of(Long.parseLong(scalar.text())));
        }
        problem(scalar, "'" + scalar.text() + "' (expected: a number of characters)");
        return Optional.empty();
    }

    private Field.Key key(Item.Entries item, FieldType type) {
        checkOrder(item, type);
        var onDelete = item.scalar("on-delete");
        var reference =
                item.scalar("references")
                        .map(
                                scalar -> {
                                    int dot = scalar.text().indexOf('.');
                                    return new Field.Reference(
                                            scalar.text().substring(0, dot),
                                            scalar.text().substring(dot + 1),
                                            onDelete.map(FieldParser::onDelete)
                                                    .orElse(Field.OnDelete.RESTRICT));
                                });
        onDelete.ifPresent(
                place -> {
                    if (reference.isEmpty()) {
                        problem(place, "on-delete without references");
                    } else if (place.text().equals("set-null") && item.flag("required")) {
                        problem(place, "set-null of a field that is required");
                    }
                });
        return new Field.Key(item.flag("unique"), item.flag("index"), reference);
    }

    private void checkOrder(Item.Entries item, FieldType type) {
        for (var key : List.of("unique", "index")) {
            item.scalar(key)
                    .filter(_ -> type == FieldType.JSON || type == FieldType.BLOB)
                    .ifPresent(place -> problem(place, key + " is not for json and blob"));
        }
    }

    private static Field.OnDelete onDelete(Item.Scalar scalar) {
        return Field.OnDelete.valueOf(scalar.text().toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    private void problem(Item item, String text) {
        problems.add(item.place(), text);
    }
}

package dev.atoll.node.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Makes up rules of all that the language has, each with a second text that CEL's own evaluation is
 * asked. The two texts differ where the meanings differ on purpose, and nowhere else:
 *
 * <ul>
 *   <li>NULL is no value: the evaluation has no such field, which is an error. So only {@code x ==
 *       null} differs, which asks whether the field is there.
 *   <li>A dynamic value of another type than it is compared with is unknown, where CEL says false.
 *   <li>Not-a-number, and a division by zero, are unknown; minus zero is zero.
 *   <li>A member of a list is found by comparing; if the value is unknown, so is the answer.
 *   <li>The size of a text that holds a NUL is unknown.
 *   <li>Whether there is a claim is unknown if it has another type than was declared.
 *   <li>Texts are ordered by code points, and by Java's characters in the library.
 *   <li>An integer is compared with a real exactly; the library rounds.
 *   <li>Durations may be longer than 292 years, where the library's sums overflow.
 *   <li>A whole JSON column is null if it is NULL.
 * </ul>
 */
public final class RandomRules {
    public static final List<String> TEXTS =
            List.of(
                    "", "a", "A", "ab", "abc", "b%", "é", "𝄞", "a\0b", "alice", "bob", "o'brien",
                    "null", "5", "pro", "ｂ", "a\"b", "\\");
    public static final List<Long> INTEGERS =
            List.of(0L, 1L, 2L, 3L, 5L, -1L, -7L, 1L << 53, Long.MAX_VALUE, Long.MIN_VALUE);
    public static final List<Double> REALS =
            List.of(
                    0.0,
                    1.0,
                    1.5,
                    -2.0,
                    0.5,
                    3.0,
                    1e300,
                    -1e300,
                    9.007199254740992E15,
                    9.223372036854776E18);
    public static final List<String> MOMENTS =
            List.of(
                    "2026-01-01T00:00:00Z",
                    "2026-06-15T12:00:00Z",
                    "0001-01-01T00:00:00Z",
                    "9999-12-31T23:59:59.999999Z",
                    "2026-06-15T11:59:59.999999Z");
    static final List<String> DURATIONS =
            List.of("0s", "1s", "1h", "-1h", "0.000001s", "87660000h", "-1s");
    private static final List<String> PATTERNS =
            List.of("", "a", "^a", "b$", "^.$", "[a-z]+", "(a|b)*c?", "\\\\d", "^(?i)A", "é|𝄞");

    /** Ways into {@code row.meta}, the claims and the arguments that may lead anywhere. */
    private static final List<String> KEYS =
            List.of("#.a", "#.b", "#.c", "#['a']", "#.a.b", "#[0]", "#.b[1]");

    private final RandomGenerator random;
    private final boolean filter;
    private final boolean declared;

    /** Names of the rows in scope, and their tables. */
    private final List<Row> rows = new ArrayList<>();

    private record Row(String name, RuleTable table) {}

    public RandomRules(RandomGenerator random, boolean filter, boolean declared) {
        this.random = random;
        this.filter = filter;
        this.declared = declared;
        rows.add(new Row("row", TestSchema.DOCS));
    }

    private <T> T one(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /** A condition. */
    public RulePair condition(int depth) {
        if (depth == 0) {
            return switch (random.nextInt(4)) {
                case 0 -> RulePair.same(one(List.of("true", "false")));
                case 1, 2 -> field(FieldType.BOOLEAN);
                default -> isNull();
            };
        }
        int next = depth - 1;
        return switch (random.nextInt(21)) {
            case 0 -> RulePair.of("!(#)", condition(next));
            case 1, 2 -> RulePair.of("(# && #)", condition(next), condition(next));
            case 3, 4 -> RulePair.of("(# || #)", condition(next), condition(next));
            case 5 -> RulePair.of("(# ? # : #)", condition(next), condition(next), condition(next));
            case 6 -> RulePair.of("(# == #)", condition(next), condition(next));
            case 7 -> comparison(integer(next), integer(next), "int");
            case 8 -> comparison(real(next), real(next), "double");
            case 9 -> comparison(integer(next), real(next), "number");
            case 10 -> comparison(text(next), text(next), "string");
            case 11 -> comparison(moment(next), moment(next), "moment");
            case 12 -> comparison(duration(next), duration(next), "duration");
            case 13 -> textFunction(next);
            case 14 -> dynamicComparison(next);
            case 15 -> has();
            case 16 -> inLiteral(next);
            case 17 -> inDynamic(next);
            case 18 -> filter ? isNull() : loop(next);
            case 19 -> filter ? dynamicNull() : caller();
            default -> dynamicNull();
        };
    }

    private RulePair comparison(RulePair left, RulePair right, String type) {
        // The checker has no integer equal to a real.
        var operators = List.of("<", "<=", ">", ">=", "==", "!=");
        var operator = one(type.equals("number") ? operators.subList(0, 4) : operators);
        return new RulePair(
                "(" + left.rule() + " " + operator + " " + right.rule() + ")",
                compared(left.oracle(), operator, right.oracle(), type));
    }

    /** A field of a row in scope; a constant if none has one of the type. */
    private RulePair field(FieldType type) {
        var row = one(rows);
        var fields = row.table().fields().stream().filter(field -> field.type() == type).toList();
        if (fields.isEmpty()) {
            return constant(type);
        }
        return RulePair.same(row.name() + "." + one(fields).name());
    }

    private RulePair constant(FieldType type) {
        return RulePair.same(
                switch (type) {
                    case TEXT -> quoted(one(TEXTS));
                    case INTEGER -> one(INTEGERS).toString();
                    case REAL -> one(REALS).toString();
                    case BOOLEAN -> Boolean.toString(random.nextBoolean());
                    case DATETIME -> "timestamp('" + one(MOMENTS) + "')";
                    case JSON, BLOB -> throw new IllegalArgumentException(type.word());
                });
    }

    static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\0", "\\u0000") + "'";
    }

    private RulePair isNull() {
        var row = one(rows);
        var nullable =
                row.table().fields().stream()
                        .filter(field -> field.nullable() && field.type() != FieldType.JSON)
                        .toList();
        var name = row.name() + "." + one(nullable).name();
        return random.nextBoolean()
                ? new RulePair("(" + name + " == null)", "!has(" + name + ")")
                : new RulePair("(" + name + " != null)", "has(" + name + ")");
    }

    private RulePair has() {
        return switch (random.nextInt(filter ? 2 : 4)) {
            case 0 ->
                    RulePair.same(
                            "has("
                                    + field(one(List.of(FieldType.TEXT, FieldType.INTEGER)))
                                            .rule()
                                            .replaceAll("^[^a-z].*|^timestamp.*", "row.n")
                                    + ")");
            case 1 ->
                    RulePair.same(
                            "has(row.meta" + one(List.of(".a", ".b", ".a.b", "['b'].c", "")) + ")");
            case 2 -> {
                var claim = one(List.of("plan", "level", "price", "flag"));
                var test = "has(auth.custom." + claim + ")";
                yield new RulePair(
                        test,
                        declared
                                ? "(auth != null && '"
                                        + claim
                                        + "' in wrong ? unknown() : "
                                        + test
                                        + ")"
                                : test);
            }
            default -> RulePair.same(one(List.of("has(auth.role)", "has(auth.email)")));
        };
    }

    private RulePair caller() {
        return switch (random.nextInt(4)) {
            case 0 -> RulePair.same("(auth == null)");
            case 1 -> RulePair.same("(auth != null)");
            case 2 -> RulePair.same("(instance.id == auth.id)");
            default ->
                    declared ? RulePair.same("auth.custom.flag") : RulePair.same("(auth != null)");
        };
    }

    private RulePair textFunction(int depth) {
        if (random.nextInt(4) == 0) {
            return RulePair.of("#.matches('" + one(PATTERNS) + "')", text(depth));
        }
        var function = one(List.of("contains", "startsWith", "endsWith"));
        return RulePair.of("#." + function + "(#)", text(depth), text(depth));
    }

    private RulePair text(int depth) {
        return switch (depth == 0 ? random.nextInt(6) : random.nextInt(9)) {
            case 0, 1, 2 -> field(FieldType.TEXT);
            case 3 -> constant(FieldType.TEXT);
            case 4, 5 -> given(FieldType.TEXT);
            // The first makes texts of two dynamic values.
            case 6 -> RulePair.of("('' + # + #)", text(depth - 1), text(depth - 1));
            case 7 ->
                    RulePair.of(
                            "(# ? # : #)", condition(depth - 1), text(depth - 1), text(depth - 1));
            default -> typed(dynamic(), "string");
        };
    }

    /** A claim or an argument. */
    private RulePair given(FieldType type) {
        if (filter) {
            return switch (type) {
                case TEXT -> RulePair.same("args.text");
                case INTEGER -> RulePair.same("args.int");
                case REAL -> RulePair.same("args.real");
                case DATETIME -> RulePair.same("args.at");
                case BOOLEAN, JSON, BLOB -> constant(type);
            };
        }
        return switch (type) {
            case TEXT ->
                    RulePair.same(
                            one(
                                    declared
                                            ? List.of("auth.id", "auth.role", "auth.custom.plan")
                                            : List.of("auth.id", "auth.role", "instance.id")));
            case INTEGER -> declared ? RulePair.same("auth.custom.level") : constant(type);
            case REAL -> declared ? RulePair.same("auth.custom.price") : constant(type);
            case DATETIME -> RulePair.same("now");
            case BOOLEAN, JSON, BLOB -> constant(type);
        };
    }

    private RulePair integer(int depth) {
        return switch (depth == 0 ? random.nextInt(5) : random.nextInt(10)) {
            case 0, 1 -> field(FieldType.INTEGER);
            case 2 -> constant(FieldType.INTEGER);
            case 3, 4 -> given(FieldType.INTEGER);
            case 5, 6 ->
                    RulePair.of(
                            "(# " + one(List.of("+", "-", "*", "/", "%")) + " #)",
                            integer(depth - 1),
                            integer(depth - 1));
            case 7 ->
                    RulePair.of(
                            "(# ? # : #)",
                            condition(depth - 1),
                            integer(depth - 1),
                            integer(depth - 1));
            case 8 -> size(depth - 1);
            default ->
                    random.nextBoolean()
                            ? RulePair.of("-(#)", integer(depth - 1))
                            : RulePair.of("(# + 1)", typed(dynamic(), "int"));
        };
    }

    private RulePair size(int depth) {
        if (random.nextBoolean()) {
            // The sum makes a text of a dynamic value, whose size would be that of a list, too.
            var text = RulePair.of("(# + '')", text(depth));
            return new RulePair(
                    "size(" + text.rule() + ")",
                    "("
                            + text.oracle()
                            + ".contains('\\u0000') ? unknown() : size("
                            + text.oracle()
                            + "))");
        }
        var dynamic = dynamic();
        return new RulePair(
                "size(" + dynamic.rule() + ")",
                ("(type(D) == list ? size(D) : type(D) != string ? unknown() : D.contains('\\u0000')"
                                + " ? "
                                + (dynamic.rule().startsWith("row") ? "unknown()" : "size(D)")
                                + " : size(D))")
                        .replace("D", dynamic.oracle()));
    }

    private RulePair real(int depth) {
        return switch (depth == 0 ? random.nextInt(4) : random.nextInt(8)) {
            case 0, 1 -> field(FieldType.REAL);
            case 2 -> constant(FieldType.REAL);
            case 3 -> given(FieldType.REAL);
            case 4 -> {
                var sum =
                        RulePair.of(
                                "(# " + one(List.of("+", "-", "*")) + " #)",
                                real(depth - 1),
                                real(depth - 1));
                yield new RulePair(sum.rule(), "real(" + sum.oracle() + ")");
            }
            case 5 -> {
                var left = real(depth - 1);
                var right = real(depth - 1);
                yield new RulePair(
                        "(" + left.rule() + " / " + right.rule() + ")",
                        "quotient(" + left.oracle() + ", " + right.oracle() + ")");
            }
            case 6 ->
                    RulePair.of(
                            "(# ? # : #)", condition(depth - 1), real(depth - 1), real(depth - 1));
            default -> {
                var value = real(depth - 1);
                yield new RulePair("-(" + value.rule() + ")", "real(-(" + value.oracle() + "))");
            }
        };
    }

    private RulePair moment(int depth) {
        return switch (depth == 0 ? random.nextInt(5) : random.nextInt(8)) {
            case 0, 1 -> field(FieldType.DATETIME);
            case 2 -> constant(FieldType.DATETIME);
            case 3, 4 -> given(FieldType.DATETIME);
            case 5 ->
                    RulePair.of(
                            "(# " + one(List.of("+", "-")) + " #)",
                            moment(depth - 1),
                            duration(depth - 1));
            case 6 -> RulePair.of("(# + #)", duration(depth - 1), moment(depth - 1));
            default ->
                    RulePair.of(
                            "(# ? # : #)",
                            condition(depth - 1),
                            moment(depth - 1),
                            moment(depth - 1));
        };
    }

    private RulePair duration(int depth) {
        return switch (depth == 0 ? 0 : random.nextInt(4)) {
            case 0, 1 -> RulePair.same("duration('" + one(DURATIONS) + "')");
            case 2 -> {
                var later = moment(depth - 1);
                var earlier = moment(depth - 1);
                yield new RulePair(
                        "(" + later.rule() + " - " + earlier.rule() + ")",
                        "between(" + later.oracle() + ", " + earlier.oracle() + ")");
            }
            default -> {
                boolean plus = random.nextBoolean();
                var left = duration(depth - 1);
                var right = duration(depth - 1);
                yield new RulePair(
                        "(" + left.rule() + (plus ? " + " : " - ") + right.rule() + ")",
                        (plus ? "plus(" : "minus(") + left.oracle() + ", " + right.oracle() + ")");
            }
        };
    }

    /** A place whose value may be of any type. */
    private RulePair dynamic() {
        return switch (random.nextInt(declared && !filter ? 2 : 4)) {
            case 0, 1 -> way("row.meta");
            case 2 -> way(filter ? "args.doc" : "auth.custom.any");
            default ->
                    RulePair.same(
                            filter
                                    ? "args.doc"
                                    : "auth.custom." + one(List.of("any", "plan", "level")));
        };
    }

    /** The checker takes an element for what fits, and looks for nothing else; dyn() stops it. */
    private RulePair way(String from) {
        var rule = one(KEYS).replace("#", from);
        return new RulePair(rule, rule.endsWith("]") ? "dyn(" + rule + ")" : rule);
    }

    /** A dynamic value where one of a type is needed. */
    private static RulePair typed(RulePair dynamic, String type) {
        return new RulePair(
                dynamic.rule(),
                "(type(D) == T ? D : unknown())".replace("T", type).replace("D", dynamic.oracle()));
    }

    private RulePair dynamicNull() {
        if (random.nextInt(4) == 0) {
            return new RulePair("(row.meta == null)", "(has(row.meta) ? row.meta == null : true)");
        }
        return RulePair.of("(#" + one(List.of(" == null)", " != null)")), dynamic());
    }

    private RulePair dynamicComparison(int depth) {
        var dynamic = dynamic();
        var operator = one(List.of("==", "!=", "<", "<=", ">", ">="));
        return switch (random.nextInt(4)) {
            case 0 -> guarded(dynamic, operator, text(depth), "string");
            case 1 -> guarded(dynamic, operator, integer(depth), "number");
            case 2 -> guarded(dynamic, operator, real(depth), "number");
            default -> guarded(dynamic, one(List.of("==", "!=")), condition(depth), "bool");
        };
    }

    private static RulePair guarded(
            RulePair dynamic, String operator, RulePair value, String type) {
        return new RulePair(
                "(" + dynamic.rule() + " " + operator + " " + value.rule() + ")",
                "("
                        + test(dynamic.oracle(), type)
                        + " ? "
                        + compared(dynamic.oracle(), operator, value.oracle(), type)
                        + " : unknown())");
    }

    private static String compared(String left, String operator, String right, String type) {
        var function =
                switch (type) {
                    // The library orders texts as Java does, and rounds integers to reals.
                    case "string" -> "order(";
                    case "number" -> "exact(";
                    default -> "";
                };
        return function.isEmpty()
                ? "(" + left + " " + operator + " " + right + ")"
                : "(" + function + left + ", " + right + ") " + operator + " 0)";
    }

    private static String test(String dynamic, String type) {
        return type.equals("number")
                ? "type(" + dynamic + ") == int || type(" + dynamic + ") == double"
                : "type(" + dynamic + ") == " + type;
    }

    private RulePair inLiteral(int depth) {
        boolean texts = random.nextBoolean();
        var value = texts ? text(depth) : integer(depth);
        var rule = new ArrayList<String>();
        var oracle = new ArrayList<String>();
        for (int i = random.nextInt(4); i > 0; i--) {
            var element = texts ? text(0) : integer(0);
            rule.add(element.rule());
            oracle.add("(" + value.oracle() + " == " + element.oracle() + ")");
        }
        return new RulePair(
                "(" + value.rule() + " in [" + String.join(", ", rule) + "])",
                oracle.isEmpty()
                        ? "(" + value.oracle() + " == " + value.oracle() + " ? false : false)"
                        : "(" + String.join(" || ", oracle) + ")");
    }

    private RulePair inDynamic(int depth) {
        var list = dynamic();
        boolean texts = random.nextBoolean();
        var value = texts ? text(depth) : integer(depth);
        return new RulePair(
                "(" + value.rule() + " in " + list.rule() + ")",
                "(type("
                        + list.oracle()
                        + ") == list && "
                        + value.oracle()
                        + " == "
                        + value.oracle()
                        + " ? "
                        + list.oracle()
                        + ".exists(e, "
                        + test("e", texts ? "string" : "number")
                        + " ? "
                        + compared("e", "==", value.oracle(), texts ? "string" : "number")
                        + " : unknown()) : unknown())");
    }

    private RulePair loop(int depth) {
        var table = one(List.of(TestSchema.MEMBERS, TestSchema.BANS, TestSchema.EMPTY));
        var variable = one(List.of("m", "x", "row2"));
        var row = new Row(variable, table);
        rows.removeIf(other -> other.name().equals(variable));
        rows.add(row);
        var body = table.equals(TestSchema.EMPTY) ? RulePair.same("true") : condition(depth);
        rows.remove(row);
        return RulePair.of(
                "tables."
                        + table.name()
                        + "."
                        + one(List.of("exists", "all"))
                        + "("
                        + variable
                        + ", #)",
                body);
    }
}

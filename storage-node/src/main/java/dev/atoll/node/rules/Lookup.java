package dev.atoll.node.rules;

import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.wire.Failure;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is looked up in the caller's claims, or in a JSON argument. Immutable.
 *
 * @param argument the argument's name; null for the claims
 * @param steps from there
 * @param declared the claim's declared type, if it has one: another type is as good as none
 * @param view what is bound of what is found
 */
record Lookup(@Nullable String argument, List<Step> steps, @Nullable FieldType declared, View view)
        implements Parameter {
    Lookup {
        steps = List.copyOf(steps);
    }

    /** What is bound of what is found. */
    sealed interface View {
        /** The value, if it is of the kind. */
        record Value(Kind kind) implements View {}

        /** Whether it is there. */
        record Present() implements View {}

        /** Whether it is JSON's null. */
        record IsNull() implements View {}

        /** Code points of a text, elements of a list. */
        record Size() implements View {}

        /** The elements of a list that are of the kind, as a JSON array. */
        record Elements(Kind kind) implements View {}

        /** True if all elements of a list are of the kind. */
        record AllOf(Kind kind) implements View {}
    }

    /** What came of looking. */
    private sealed interface Found {
        record There(Dynamic value) implements Found {}

        /** The object that could hold it does not. */
        record Missing() implements Found {}

        /** There is no such object, or what is there is of the wrong type. */
        record Unknown() implements Found {}
    }

    private static final SqlValue YES = SqlValue.of(1);
    private static final SqlValue NO = SqlValue.of(0);

    @Override
    public SqlValue resolve(RuleContext context) {
        return switch (find(context)) {
            case Found.There(Dynamic value) -> bind(value);
            case Found.Missing _ -> view instanceof View.Present ? NO : SqlValue.NULL;
            case Found.Unknown _ -> SqlValue.NULL;
        };
    }

    private Found find(RuleContext context) {
        var root = root(context);
        if (root == null) {
            return new Found.Unknown();
        }
        Found found = new Found.There(root);
        for (var step : steps) {
            // Only the last may be missing: a step from nothing leads nowhere.
            found =
                    found instanceof Found.There(Dynamic value)
                            ? step(value, step, context)
                            : new Found.Unknown();
        }
        return found instanceof Found.There(Dynamic value) && declared != null
                ? ofType(value, declared)
                : found;
    }

    private @Nullable Dynamic root(RuleContext context) {
        if (argument == null) {
            return context.auth() == null ? null : context.auth().claims();
        }
        return context.arguments().get(argument) instanceof Argument.Document(Dynamic value)
                ? value
                : null;
    }

    private static Found step(Dynamic value, Step step, RuleContext context) {
        return switch (step) {
            case Step.Key(String key) -> field(value, key);
            case Step.KeyOf(Parameter parameter) ->
                    parameter.resolve(context) instanceof SqlValue.Text(String key)
                            ? field(value, key)
                            : new Found.Unknown();
            case Step.Index(long index) ->
                    value instanceof Dynamic.Items(List<Dynamic> items) && index < items.size()
                            ? new Found.There(items.get((int) index))
                            : new Found.Unknown();
        };
    }

    private static Found field(Dynamic value, String key) {
        if (!(value instanceof Dynamic.Fields fields)) {
            return new Found.Unknown();
        }
        var field = fields.values().get(key);
        return field == null ? new Found.Missing() : new Found.There(field);
    }

    private static Found ofType(Dynamic value, FieldType type) {
        boolean right =
                switch (value) {
                    case Dynamic.Text _ -> type == FieldType.TEXT;
                    case Dynamic.Int _ -> type == FieldType.INTEGER || type == FieldType.REAL;
                    case Dynamic.Real _ -> type == FieldType.REAL;
                    case Dynamic.Bool _ -> type == FieldType.BOOLEAN;
                    case Dynamic.Null _, Dynamic.Items _, Dynamic.Fields _ -> false;
                };
        if (!right) {
            return new Found.Unknown();
        }
        // JSON's writers write 3 for 3.0.
        return value instanceof Dynamic.Int(long number) && type == FieldType.REAL
                ? new Found.There(new Dynamic.Real(number))
                : new Found.There(value);
    }

    private SqlValue bind(Dynamic value) {
        return switch (view) {
            case View.Value(Kind kind) -> kind.of(value).orElse(SqlValue.NULL);
            case View.Present _ -> YES;
            case View.IsNull _ -> value instanceof Dynamic.Null ? YES : NO;
            case View.Size _ ->
                    switch (value) {
                        case Dynamic.Text(String text) ->
                                SqlValue.of(text.codePointCount(0, text.length()));
                        case Dynamic.Items(List<Dynamic> items) -> SqlValue.of(items.size());
                        case Dynamic.Null _,
                                Dynamic.Bool _,
                                Dynamic.Int _,
                                Dynamic.Real _,
                                Dynamic.Fields _ ->
                                SqlValue.NULL;
                    };
            case View.Elements(Kind kind) ->
                    value instanceof Dynamic.Items(List<Dynamic> items)
                            ? elements(items, kind)
                            : SqlValue.NULL;
            case View.AllOf(Kind kind) ->
                    value instanceof Dynamic.Items(List<Dynamic> items)
                                    && items.stream().allMatch(item -> is(item, kind))
                            ? YES
                            : SqlValue.NULL;
        };
    }

    private static boolean is(Dynamic item, Kind kind) {
        return kind.of(item).filter(value -> !value.equals(SqlValue.NULL)).isPresent();
    }

    private SqlValue elements(List<Dynamic> items, Kind kind) {
        if (items.size() > RuleLimits.LIST_MAX) {
            throw Failure.limitExceeded(
                    "values of the list " + place(), RuleLimits.LIST_MAX, items.size());
        }
        return SqlValue.of(
                items.stream()
                        .filter(item -> is(item, kind))
                        .map(Lookup::json)
                        .collect(Collectors.joining(",", "[", "]")));
    }

    private static String json(Dynamic item) {
        return switch (item) {
            case Dynamic.Text(String text) -> quoted(text);
            case Dynamic.Int(long number) -> Long.toString(number);
            case Dynamic.Real(double number) when Double.isInfinite(number) ->
                    number > 0 ? "9e999" : "-9e999";
            case Dynamic.Real(double number) -> Double.toString(number);
            case Dynamic.Bool(boolean bool) -> Boolean.toString(bool);
            case Dynamic.Null _, Dynamic.Items _, Dynamic.Fields _ ->
                    throw new IllegalStateException("no element of any kind: " + item);
        };
    }

    private static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\' || c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    private String place() {
        return (argument == null ? "auth" : "args." + argument) + Step.describe(steps);
    }

    @Override
    public String description() {
        var type = declared == null ? "" : " as " + Objects.requireNonNull(declared).word();
        return switch (view) {
            case View.Value(Kind kind) ->
                    place() + (declared == null ? " if " + kind.words() : type);
            case View.Present _ -> "has(" + place() + ")";
            case View.IsNull _ -> place() + " == null";
            case View.Size _ -> "size(" + place() + ")";
            case View.Elements(Kind kind) ->
                    "the elements of " + place() + ", each " + kind.words();
            case View.AllOf(Kind kind) -> "each of " + place() + " is " + kind.words();
        };
    }
}

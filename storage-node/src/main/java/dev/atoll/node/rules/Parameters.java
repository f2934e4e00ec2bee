package dev.atoll.node.rules;

import com.google.protobuf.ByteString;
import dev.atoll.node.sqlite.SqlValue;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** Parameters that are not looked up in claims or JSON. Immutable. */
final class Parameters {
    /** Above every text: SQLite sorts blobs after texts. */
    private static final SqlValue ABOVE_ALL_TEXTS = SqlValue.of(ByteString.EMPTY);

    private Parameters() {}

    /** All but {@link Lookup}. */
    sealed interface Known extends Parameter {}

    /** A constant of the expression. */
    record Literal(SqlValue value) implements Known {
        @Override
        public SqlValue resolve(RuleContext context) {
            return value;
        }

        @Override
        public String description() {
            return switch (value) {
                case SqlValue.Null _ -> "null";
                case SqlValue.Integer64(long number) -> Long.toString(number);
                case SqlValue.Real(double number) -> Double.toString(number);
                case SqlValue.Text(String text) -> "'" + text + "'";
                case SqlValue.Blob(ByteString bytes) -> bytes.size() + " bytes";
            };
        }
    }

    /** Whether there is a caller. */
    record Authenticated() implements Known {
        @Override
        public SqlValue resolve(RuleContext context) {
            return SqlValue.of(context.auth() == null ? 0 : 1);
        }

        @Override
        public String description() {
            return "auth != null";
        }
    }

    record InstanceNamespace() implements Known {
        @Override
        public SqlValue resolve(RuleContext context) {
            return SqlValue.of(context.instance().namespace());
        }

        @Override
        public String description() {
            return "instance.namespace";
        }
    }

    record InstanceId() implements Known {
        @Override
        public SqlValue resolve(RuleContext context) {
            return SqlValue.of(context.instance().id());
        }

        @Override
        public String description() {
            return "instance.id";
        }
    }

    record Now() implements Known {
        @Override
        public SqlValue resolve(RuleContext context) {
            return SqlValue.of(Times.micros(context.now()));
        }

        @Override
        public String description() {
            return "now";
        }
    }

    /** An argument of a type that columns have. */
    record Given(String name, FieldType type) implements Known {
        @Override
        public SqlValue resolve(RuleContext context) {
            // A filter compiled for other types is not asked with these; if it were, it is unknown.
            return context.arguments().get(name) instanceof Argument.Scalar scalar
                            && scalar.type() == type
                    ? clean(scalar.value())
                    : SqlValue.NULL;
        }

        @Override
        public String description() {
            return "args." + name + " as " + type.word();
        }
    }

    /** Texts put together. */
    record Joined(List<Parameter> parts) implements Known {
        @Override
        public SqlValue resolve(RuleContext context) {
            var joined = new StringBuilder();
            for (var part : parts) {
                if (!(part.resolve(context) instanceof SqlValue.Text(String text))) {
                    return SqlValue.NULL;
                }
                joined.append(text);
                if (joined.length() > RuleLimits.JOINED_BYTES_MAX) {
                    return SqlValue.NULL;
                }
            }
            var text = joined.toString();
            boolean fits =
                    text.getBytes(StandardCharsets.UTF_8).length <= RuleLimits.JOINED_BYTES_MAX;
            return fits ? SqlValue.of(text) : SqlValue.NULL;
        }

        @Override
        public String description() {
            return parts.stream().map(Parameter::description).collect(Collectors.joining(" + "));
        }
    }

    /** The first text after all that begin with this one. */
    record PrefixEnd(Parameter prefix) implements Known {
        @Override
        public SqlValue resolve(RuleContext context) {
            return prefix.resolve(context) instanceof SqlValue.Text(String text)
                    ? end(text)
                    : SqlValue.NULL;
        }

        private static SqlValue end(String text) {
            int length = text.length();
            while (length > 0) {
                int last = text.codePointBefore(length);
                length -= Character.charCount(last);
                if (last < Character.MAX_CODE_POINT) {
                    // Surrogates are no characters: UTF-8 has nothing between U+D7FF and U+E000.
                    int next = last + 1 == Character.MIN_SURROGATE ? 0xE000 : last + 1;
                    return SqlValue.of(text.substring(0, length) + Character.toString(next));
                }
            }
            return ABOVE_ALL_TEXTS;
        }

        @Override
        public String description() {
            return "the end of " + prefix.description() + "…";
        }
    }

    /** Where in a JSON document. */
    record JsonPath(List<Step> steps) implements Known {
        @Override
        public SqlValue resolve(RuleContext context) {
            var path = new StringBuilder("$");
            for (var step : steps) {
                switch (step) {
                    case Step.Key(String key) -> path.append(".\"").append(key).append('"');
                    case Step.Index(long index) -> path.append('[').append(index).append(']');
                    case Step.KeyOf(Parameter parameter) -> {
                        if (!(parameter.resolve(context) instanceof SqlValue.Text(String key))
                                || !Step.isKey(key)) {
                            return SqlValue.NULL;
                        }
                        path.append(".\"").append(key).append('"');
                    }
                }
            }
            return SqlValue.of(path.toString());
        }

        @Override
        public String description() {
            return "the path $" + Step.describe(steps);
        }
    }

    static Parameter literal(String text) {
        return new Literal(textOrNull(text));
    }

    static Parameter literal(long number) {
        return new Literal(SqlValue.of(number));
    }

    static SqlValue clean(SqlValue value) {
        return switch (value) {
            case SqlValue.Text(String text) -> textOrNull(text);
            case SqlValue.Real(double number) -> realOrNull(number);
            case SqlValue.Null _, SqlValue.Integer64 _, SqlValue.Blob _ -> value;
        };
    }

    /**
     * NULL for what is no text. JSON can spell half of a surrogate pair; in UTF-8 it would become a
     * question mark, and so another, valid text: somebody else's id, perhaps.
     */
    static SqlValue textOrNull(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!Character.isSurrogatePair(
                        text.charAt(i), i + 1 < text.length() ? text.charAt(i + 1) : 0)) {
                    return SqlValue.NULL;
                }
                i++;
            }
        }
        return SqlValue.of(text);
    }

    /** NULL for not-a-number, as SQLite has it. */
    static SqlValue realOrNull(double number) {
        return Double.isNaN(number) ? SqlValue.NULL : SqlValue.of(number);
    }
}

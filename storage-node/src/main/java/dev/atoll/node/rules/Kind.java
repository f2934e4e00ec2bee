package dev.atoll.node.rules;

import com.google.common.collect.ImmutableList;
import dev.atoll.node.sqlite.SqlValue;
import dev.cel.common.types.CelType;
import java.util.Optional;

/** What a value is, where it is compared or computed with. */
enum Kind {
    TEXT("text", ImmutableList.of("text")),
    INTEGER("an integer", ImmutableList.of("integer")),
    REAL("a real", ImmutableList.of("real")),
    /** An integer or a real: what a dynamic value is when it is compared with either. */
    NUMBER("a number", ImmutableList.of("integer", "real")),
    BOOLEAN("a boolean", ImmutableList.of("true", "false")),
    MOMENT("a datetime", ImmutableList.of()),
    DURATION("a duration", ImmutableList.of()),
    BLOB("a blob", ImmutableList.of());

    private final String words;
    private final ImmutableList<String> jsonTypes;

    Kind(String words, ImmutableList<String> jsonTypes) {
        this.words = words;
        this.jsonTypes = jsonTypes;
    }

    /** As an error message says it. */
    String words() {
        return words;
    }

    /** SQLite's names of the JSON types that hold it; none for what JSON does not have. */
    ImmutableList<String> jsonTypes() {
        return jsonTypes;
    }

    /** What a dynamic value has to be to be compared with this: all numbers compare. */
    Kind compared() {
        return this == INTEGER || this == REAL ? NUMBER : this;
    }

    /** Whether values of that kind are values of this. */
    boolean includes(Kind other) {
        return this == other || (this == NUMBER && other.compared() == NUMBER);
    }

    /** The value, if it is of this kind. */
    Optional<SqlValue> of(Dynamic value) {
        return Optional.ofNullable(
                switch (value) {
                    case Dynamic.Text text when this == TEXT -> Parameters.textOrNull(text.value());
                    case Dynamic.Int number when this == INTEGER || this == NUMBER ->
                            SqlValue.of(number.value());
                    case Dynamic.Real number when this == REAL || this == NUMBER ->
                            Parameters.realOrNull(number.value());
                    case Dynamic.Bool bool when this == BOOLEAN ->
                            SqlValue.of(bool.value() ? 1 : 0);
                    default -> null;
                });
    }

    static Kind of(FieldType type) {
        return switch (type) {
            case TEXT -> TEXT;
            case INTEGER -> INTEGER;
            case REAL -> REAL;
            case BOOLEAN -> BOOLEAN;
            case DATETIME -> MOMENT;
            case BLOB -> BLOB;
            case JSON -> throw new IllegalArgumentException("json has no kind of its own");
        };
    }

    /** The kind of a type that is known when the rule is compiled; empty for all others. */
    static Optional<Kind> of(CelType type) {
        return Optional.ofNullable(
                switch (type.kind()) {
                    case STRING -> TEXT;
                    case INT -> INTEGER;
                    case DOUBLE -> REAL;
                    case BOOL -> BOOLEAN;
                    case TIMESTAMP -> MOMENT;
                    case DURATION -> DURATION;
                    case BYTES -> BLOB;
                    // All that the language has no values of; their number grows with the library.
                    default -> null;
                });
    }
}

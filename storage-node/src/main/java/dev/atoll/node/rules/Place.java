package dev.atoll.node.rules;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a chain of names and indexes leads to. Immutable. */
sealed interface Place {
    /** A column that is not JSON. */
    record Column(Sql name, Kind kind) implements Place {}

    /** A value in a JSON column, or all of it. */
    record Document(Sql column, List<Step> steps) implements Place {
        Parameter path() {
            return new Parameters.JsonPath(steps);
        }
    }

    /** A value in the claims or in a JSON argument, or all of it; {@link Lookup} says more. */
    record Held(@Nullable String argument, List<Step> steps, @Nullable FieldType declared)
            implements Place {
        Parameter view(Lookup.View view) {
            return new Lookup(argument, steps, declared, view);
        }
    }

    /** What a call has one of: {@code now}, {@code instance.id}, an argument. */
    record Single(Parameter parameter, Kind kind) implements Place {}

    /** The caller. */
    record Auth() implements Place {}

    /** A row, a table: what has fields, but is no value. */
    record Whole(Variables.Meaning meaning) implements Place {}
}

package dev.atoll.node.operations;

import dev.atoll.node.rules.CompiledRule;

/** Whether a caller may do something with a row. Immutable. */
sealed interface Permission {
    Permission ALWAYS = new Always();
    Permission NEVER = new Never();

    /** Rules do not apply. */
    record Always() implements Permission {}

    /** There is no rule that would allow it. */
    record Never() implements Permission {}

    /** Where this is true. */
    record If(CompiledRule rule) implements Permission {}
}

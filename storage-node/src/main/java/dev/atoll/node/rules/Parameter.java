package dev.atoll.node.rules;

import dev.atoll.node.sqlite.SqlValue;

/** One value that a compiled rule binds: what it is, and how a call gets it. Immutable. */
public sealed interface Parameter permits Parameters.Known, Lookup {
    /** Its value for a call; NULL if there is none, or none of the right type. */
    SqlValue resolve(RuleContext context);

    /** For reading: {@code auth.custom.plan as text}. */
    String description();
}

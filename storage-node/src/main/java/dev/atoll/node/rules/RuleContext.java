package dev.atoll.node.rules;

import dev.atoll.wire.InstanceKey;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a compiled rule is asked about. Immutable.
 *
 * @param auth the caller; null if anonymous
 * @param instance the instance called
 * @param now the moment of the call: one for all of its rules
 * @param arguments those of a filter
 */
public record RuleContext(
        @Nullable Identity auth,
        InstanceKey instance,
        Instant now,
        Map<String, Argument> arguments) {
    public RuleContext {
        arguments = Map.copyOf(arguments);
    }

    /** For a rule, which has no arguments. */
    public RuleContext(@Nullable Identity auth, InstanceKey instance, Instant now) {
        this(auth, instance, now, Map.of());
    }
}

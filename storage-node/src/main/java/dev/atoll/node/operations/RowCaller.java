package dev.atoll.node.operations;

import dev.atoll.node.rules.Identity;
import dev.atoll.node.rules.RuleContext;
import dev.atoll.wire.InstanceKey;
import java.time.Instant;
import java.util.Optional;

/**
 * For whom an operation runs. Immutable.
 *
 * @param context who calls which instance, and when
 * @param ruled whether rules apply; they do not to services
 */
public record RowCaller(RuleContext context, boolean ruled) {
    /** A user, or somebody without a token: rules decide. */
    public static RowCaller user(RuleContext context) {
        return new RowCaller(context, true);
    }

    /** A service, which its scopes have let in. */
    public static RowCaller service(InstanceKey instance, Instant now) {
        return new RowCaller(new RuleContext(null, instance, now), false);
    }

    /** What tells this caller's page tokens from those of others. */
    String name() {
        return ruled
                ? Optional.ofNullable(context.auth())
                        .map(Identity::id)
                        .map("user "::concat)
                        .orElse("anonymous")
                : "service";
    }
}

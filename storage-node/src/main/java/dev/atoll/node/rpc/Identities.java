package dev.atoll.node.rpc;

import dev.atoll.node.rules.Dynamic;
import dev.atoll.node.rules.Identity;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes of the claims that a router verified what rules know of a user. Immutable. */
final class Identities {
    private Identities() {}

    /** Throws TOKEN_INVALID if the claims are none; a router never sends such. */
    static Identity of(Caller caller) {
        if (caller.claims().isEmpty()) {
            return new Identity(caller.subject(), null, null, Map.of());
        }
        try {
            if (Dynamic.ofJson(caller.claims()) instanceof Dynamic.Fields(var claims)) {
                return new Identity(
                        caller.subject(),
                        text(claims.get("role")),
                        text(claims.get("email")),
                        claims.get("custom") instanceof Dynamic.Fields(var custom)
                                ? custom
                                : Map.of());
            }
        } catch (IllegalArgumentException e) {
            throw Failure.of(Reason.TOKEN_INVALID, "the router's claims: " + e.getMessage(), e);
        }
        throw Failure.of(Reason.TOKEN_INVALID, "the router's claims are no object");
    }

    /** A claim of another type is as good as none. */
    private static @Nullable String text(@Nullable Dynamic claim) {
        return claim instanceof Dynamic.Text(String text) ? text : null;
    }
}

package dev.atoll.node.rules;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A caller as rules see it, {@code auth}: verified claims, and nothing that a client said of
 * itself. Immutable.
 *
 * @param id who it is
 * @param role {@code auth.role}; null if the token has none
 * @param email {@code auth.email}; null if the token has none
 * @param custom {@code auth.custom}
 */
public record Identity(
        String id, @Nullable String role, @Nullable String email, Map<String, Dynamic> custom) {
    public Identity {
        custom = Map.copyOf(custom);
    }

    Dynamic.Fields claims() {
        var claims = new HashMap<String, Dynamic>();
        claims.put("id", new Dynamic.Text(id));
        if (role != null) {
            claims.put("role", new Dynamic.Text(role));
        }
        if (email != null) {
            claims.put("email", new Dynamic.Text(email));
        }
        claims.put("custom", new Dynamic.Fields(custom));
        return new Dynamic.Fields(claims);
    }
}

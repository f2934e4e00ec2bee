package dev.atoll.router.auth;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which claims of an issuer's users rules may ask, and under which name. Immutable.
 *
 * @param role the claim that is {@code auth.role}
 * @param email the claim that is {@code auth.email}
 * @param custom those of {@code auth.custom}, by their name there; null for all that have no
 *     meaning of their own, under their own names
 */
record UserClaims(String role, String email, @Nullable Map<String, Custom> custom) {
    static final UserClaims DEFAULT = new UserClaims("role", "email", null);

    private static final Set<String> NOT_CUSTOM =
            Set.of("iss", "sub", "aud", "exp", "nbf", "iat", "jti", "scope");

    /** Of objects and lists within a claim: with those around it, nodes read 255. */
    private static final int LEVELS_MAX = 253;

    private static final int NAME_MAX = 64;

    UserClaims {
        custom = custom == null ? null : Map.copyOf(custom);
    }

    /**
     * A declared claim.
     *
     * @param claim its name in the token
     * @param type what it has to be; a token that has something else is as good as without
     */
    record Custom(String claim, Type type) {}

    /** What a claim may be declared as. */
    enum Type {
        TEXT,
        INTEGER,
        REAL,
        BOOLEAN,
        JSON;

        boolean holds(Object value) {
            return switch (this) {
                case TEXT -> value instanceof String;
                case INTEGER -> value instanceof Long || value instanceof Integer;
                case REAL -> value instanceof Number;
                case BOOLEAN -> value instanceof Boolean;
                case JSON -> true;
            };
        }
    }

    /**
     * What rules may ask of a verified token, as a JSON object; empty if there is nothing. Throws
     * {@link IllegalArgumentException} if no node could read it.
     */
    String of(JWTClaimsSet token) {
        var all = token.getClaims();
        var known = new HashMap<String, Object>();
        put(all.get(role), "role", known);
        put(all.get(email), "email", known);
        var more = custom(all);
        if (!more.isEmpty()) {
            more.forEach(UserClaims::checkLevels);
            known.put("custom", more);
        }
        return known.isEmpty() ? "" : JSONObjectUtils.toJSONString(known);
    }

    private static void put(@Nullable Object value, String name, Map<String, Object> known) {
        if (value instanceof String) {
            known.put(name, value);
        }
    }

    private static void checkLevels(String name, Object value) {
        if (isDeeper(value, LEVELS_MAX)) {
            var shown = name.length() > NAME_MAX ? name.substring(0, NAME_MAX) + '…' : name;
            throw new IllegalArgumentException(
                    "its claim "
                            + shown
                            + " has more than "
                            + LEVELS_MAX
                            + " levels (expected: fewer)");
        }
    }

    private static boolean isDeeper(@Nullable Object value, int levels) {
        return switch (value) {
            case Map<?, ?> map ->
                    levels == 0
                            || map.values().stream().anyMatch(next -> isDeeper(next, levels - 1));
            case List<?> list ->
                    levels == 0 || list.stream().anyMatch(next -> isDeeper(next, levels - 1));
            case null, default -> false;
        };
    }

    private Map<String, Object> custom(Map<String, Object> all) {
        var found = new HashMap<String, Object>();
        var declared = custom;
        if (declared == null) {
            var meant = List.of(role, email);
            all.forEach(
                    (name, value) -> {
                        if (value != null && !NOT_CUSTOM.contains(name) && !meant.contains(name)) {
                            found.put(name, value);
                        }
                    });
        } else {
            declared.forEach(
                    (name, claim) -> {
                        var value = all.get(claim.claim());
                        if (value != null && claim.type().holds(value)) {
                            found.put(name, value);
                        }
                    });
        }
        return found;
    }
}

package dev.atoll.router.auth;

import dev.atoll.process.Nearest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads what an issuer's entry says of the claims of its users. One thread at a time. */
final class ClaimsReader {
    private static final List<String> FIELDS = List.of("role", "email", "custom");
    private static final int SUGGESTION_DISTANCE_MAX = 4;

    private final @Nullable Object value;
    private final Consumer<String> problems;

    ClaimsReader(@Nullable Object value, Consumer<String> problems) {
        this.value = value;
        this.problems = problems;
    }

    UserClaims read() {
        if (value == null) {
            return UserClaims.DEFAULT;
        }
        if (!(value instanceof Map<?, ?> map)) {
            problems.accept("claims: not an object");
            return UserClaims.DEFAULT;
        }
        for (var field : map.keySet()) {
            var name = String.valueOf(field);
            if (!FIELDS.contains(name)) {
                var near =
                        Nearest.of(name, FIELDS, SUGGESTION_DISTANCE_MAX)
                                .map(right -> " (did you mean '" + right + "'?)")
                                .orElse("");
                problems.accept("claims: there is no field '" + name + "'" + near);
            }
        }
        return new UserClaims(
                text(map, "role", UserClaims.DEFAULT.role()),
                text(map, "email", UserClaims.DEFAULT.email()),
                custom(map.get("custom")));
    }

    private String text(Map<?, ?> map, String field, String otherwise) {
        return switch (map.get(field)) {
            case null -> otherwise;
            case String text when !text.isBlank() -> text;
            default -> {
                problems.accept("claims." + field + ": expected: the name of a claim");
                yield otherwise;
            }
        };
    }

    private @Nullable Map<String, UserClaims.Custom> custom(@Nullable Object declared) {
        if (declared == null) {
            return null;
        }
        var custom = new HashMap<String, UserClaims.Custom>();
        if (declared instanceof Map<?, ?> map) {
            map.forEach((name, claim) -> custom.put(String.valueOf(name), claim(name, claim)));
        } else {
            problems.accept("claims.custom: not an object");
        }
        return custom;
    }

    private UserClaims.Custom claim(Object name, @Nullable Object claim) {
        var renamed = claim instanceof Map<?, ?> map ? map.get("claim") : null;
        var type = claim instanceof Map<?, ?> map ? map.get("type") : claim;
        return new UserClaims.Custom(
                String.valueOf(renamed == null ? name : renamed), type(name, type));
    }

    private UserClaims.Type type(Object name, @Nullable Object type) {
        return Arrays.stream(UserClaims.Type.values())
                .filter(known -> known.name().toLowerCase(Locale.ROOT).equals(type))
                .findFirst()
                .orElseGet(
                        () -> {
                            problems.accept(
                                    "claims.custom."
                                            + name
                                            + ": '"
                                            + type
                                            + "' (expected: text, integer, real, boolean or json)");
                            return UserClaims.Type.JSON;
                        });
    }
}

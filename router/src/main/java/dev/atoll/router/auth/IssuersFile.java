package dev.atoll.router.auth;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.util.JSONObjectUtils;
import dev.atoll.process.Nearest;
import dev.atoll.process.SettingsException;
import dev.atoll.wire.Caller;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The file that names the trusted issuers. Immutable.
 *
 * <pre>
 * { "issuers": [ {
 *     "issuer":             "https://id.example",
 *     "audience":           "atoll",
 *     "vouches-for":        "service" or "user",
 *     "jwks":               a file, or an https URL        one of these two
 *     "shared-secret-file": a file                         (HS256 only)
 *     "algorithms":         ["ES256"]                      default: all that the keys allow
 *     "clock-skew":         "60s"                          default
 *     "claims":             { "role": "role", "email": "email",
 *                             "custom": { "plan": "text", "seats": { "claim": "app/seats", "type": "integer" } } }
 * } ] }
 * </pre>
 *
 * Relative paths are relative to the file.
 *
 * @param entries as written, checked
 */
public record IssuersFile(List<Entry> entries) {
    private static final List<String> FIELDS =
            List.of(
                    "issuer",
                    "audience",
                    "vouches-for",
                    "jwks",
                    "shared-secret-file",
                    "algorithms",
                    "clock-skew",
                    "claims");
    private static final Set<JWSAlgorithm> PUBLIC_KEY =
            Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256, JWSAlgorithm.EdDSA);
    private static final Pattern SKEW = Pattern.compile("(\\d{1,4})(s|m)");
    private static final Duration SKEW_MAX = Duration.ofMinutes(10);
    private static final int SUGGESTION_DISTANCE_MAX = 4;

    public IssuersFile {
        entries = List.copyOf(entries);
    }

    /** One issuer. */
    record Entry(Issuer.Trust trust, Set<JWSAlgorithm> algorithms, KeyPlace keys) {}

    /** Where an issuer's keys are. */
    sealed interface KeyPlace {
        /** A JWK set in a file. */
        record SetFile(Path file) implements KeyPlace {}

        /** A JWK set behind a URL. */
        record SetUrl(URI url) implements KeyPlace {}

        /** A shared secret in a file. */
        record SecretFile(Path file) implements KeyPlace {}
    }

    /** Reads the file; throws a {@link SettingsException} that names all its problems. */
    public static IssuersFile read(Path file) {
        var problems = new ArrayList<String>();
        var entries = new ArrayList<Entry>();
        try {
            var root = JSONObjectUtils.parse(Files.readString(file));
            if (!(root.get("issuers") instanceof List<?> list) || list.isEmpty()) {
                throw new ParseException("no list 'issuers' with at least one entry", 0);
            }
            for (int i = 0; i < list.size(); i++) {
                var where = "issuers[" + i + "]";
                if (list.get(i) instanceof Map<?, ?> map) {
                    var entry = new EntryReader(map, where, file, problems).read();
                    if (entry != null) {
                        entries.add(entry);
                    }
                } else {
                    problems.add(where + ": not an object");
                }
            }
            checkNamesDiffer(entries, problems);
        } catch (IOException | ParseException e) {
            problems.add("cannot be read: " + e.getMessage());
        }
        if (!problems.isEmpty()) {
            throw new SettingsException(
                    problems.stream()
                            .map(problem -> "issuers file " + file + ": " + problem)
                            .toList());
        }
        return new IssuersFile(entries);
    }

    private static void checkNamesDiffer(List<Entry> entries, List<String> problems) {
        var names = new HashSet<String>();
        for (var entry : entries) {
            if (!names.add(entry.trust().name())) {
                problems.add("issuer '" + entry.trust().name() + "' is there twice");
            }
        }
    }

    /** Reads one entry and notes its problems. One thread at a time. */
    private static final class EntryReader {
        private final Map<?, ?> map;
        private final String where;
        private final Path file;
        private final List<String> problems;
        private boolean valid = true;

        EntryReader(Map<?, ?> map, String where, Path file, List<String> problems) {
            this.map = map;
            this.where = where;
            this.file = file;
            this.problems = problems;
        }

        @Nullable Entry read() {
            for (var field : map.keySet()) {
                if (!FIELDS.contains(String.valueOf(field))) {
                    problem(
                            "there is no field '"
                                    + field
                                    + "'"
                                    + Nearest.of(
                                                    String.valueOf(field),
                                                    FIELDS,
                                                    SUGGESTION_DISTANCE_MAX)
                                            .map(near -> " (did you mean '" + near + "'?)")
                                            .orElse(""));
                }
            }
            var name = text("issuer");
            var audience = text("audience");
            var kind = kind();
            var skew = skew();
            var keys = keys();
            var algorithms = algorithms(keys instanceof KeyPlace.SecretFile);
            var claims = new ClaimsReader(map.get("claims"), this::problem).read();
            if (!valid || keys == null) {
                return null;
            }
            return new Entry(
                    new Issuer.Trust(name, audience, kind, skew, claims), algorithms, keys);
        }

        private String text(String field) {
            if (map.get(field) instanceof String text && !text.isBlank()) {
                return text;
            }
            problem(field + ": missing (expected: a text)");
            return "";
        }

        private Caller.Kind kind() {
            var value = String.valueOf(map.get("vouches-for"));
            return switch (value) {
                case "service" -> Caller.Kind.SERVICE;
                case "user" -> Caller.Kind.USER;
                default -> {
                    problem("vouches-for: '" + value + "' (expected: service or user)");
                    yield Caller.Kind.USER;
                }
            };
        }

        private Duration skew() {
            var value = map.get("clock-skew");
            if (value == null) {
                return Duration.ofSeconds(60);
            }
            var matcher = SKEW.matcher(String.valueOf(value));
            if (matcher.matches()) {
                long count = Long.parseLong(matcher.group(1));
                var skew =
                        matcher.group(2).equals("s")
                                ? Duration.ofSeconds(count)
                                : Duration.ofMinutes(count);
                if (skew.compareTo(SKEW_MAX) <= 0) {
                    return skew;
                }
            }
            problem("clock-skew: '" + value + "' (expected: 0s to 10m)");
            return Duration.ZERO;
        }

        private @Nullable KeyPlace keys() {
            boolean secret = map.get("shared-secret-file") != null;
            if (secret == (map.get("jwks") != null)) {
                problem("expected: either jwks or shared-secret-file");
                return null;
            }
            var place = text(secret ? "shared-secret-file" : "jwks");
            if (secret) {
                return new KeyPlace.SecretFile(file.resolveSibling(place));
            }
            if (!place.contains("://")) {
                return new KeyPlace.SetFile(file.resolveSibling(place));
            }
            return url(place);
        }

        private @Nullable KeyPlace url(String place) {
            try {
                var url = URI.create(place);
                // Keys fetched in the clear could be anybody's; on this machine nobody is between.
                boolean near =
                        "http".equals(url.getScheme())
                                && List.of("127.0.0.1", "[::1]", "localhost")
                                        .contains(String.valueOf(url.getHost()));
                if (near || ("https".equals(url.getScheme()) && url.getHost() != null)) {
                    return new KeyPlace.SetUrl(url);
                }
            } catch (IllegalArgumentException e) {
                problem("jwks: '" + place + "' is not a URL: " + e.getMessage());
                return null;
            }
            problem("jwks: '" + place + "' (expected: a file or an https URL)");
            return null;
        }

        private Set<JWSAlgorithm> algorithms(boolean secret) {
            var allowed = secret ? Set.of(JWSAlgorithm.HS256) : PUBLIC_KEY;
            var value = map.get("algorithms");
            if (value == null) {
                return allowed;
            }
            var chosen = new LinkedHashSet<JWSAlgorithm>();
            if (value instanceof List<?> names) {
                names.forEach(name -> chosen.add(JWSAlgorithm.parse(String.valueOf(name))));
            }
            if (chosen.isEmpty() || !allowed.containsAll(chosen)) {
                problem("algorithms: " + value + " (expected: a list of " + allowed + ")");
            }
            return chosen;
        }

        private void problem(String text) {
            valid = false;
            problems.add(where + ": " + text);
        }
    }
}

package dev.atoll.process;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one process: flags win over the environment, the environment over the file, the
 * file over the defaults.
 *
 * <p>Readers never throw: they note what is wrong and go on with the default, so that {@link
 * #check()} can report all problems together. One thread at a time (the one that starts the
 * process).
 */
public final class Settings {
    static final String ENVIRONMENT_PREFIX = "ATOLL_";

    private static final Pattern DURATION = Pattern.compile("(\\d+)\\s*(ms|s|m|h|d)");
    private static final Pattern SIZE = Pattern.compile("(\\d+)\\s*(B|KiB|MiB|GiB)?");

    /** Names further away than this are not what the user meant. */
    private static final int SUGGESTION_DISTANCE_MAX = 3;

    private final Map<String, Setting> known = new LinkedHashMap<>();
    private final Map<String, String> values = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();
    private final Set<String> wrong = new HashSet<>();

    private Settings(List<Setting> settings) {
        settings.forEach(setting -> known.put(setting.name(), setting));
    }

    /**
     * Gathers the settings of a process.
     *
     * @param settings all that the process knows
     * @param flags by name, as given on the command line
     * @param environment of the process; variables that start with {@code ATOLL_} are ours, and
     *     {@code ambient} names those that other commands read
     * @param file {@code name = value} lines, or null
     * @param ambient names of variables (without prefix, in kebab case) that are not this process's
     *     but are known
     */
    public static Settings gather(
            List<Setting> settings,
            Map<String, String> flags,
            Map<String, String> environment,
            @Nullable Path file,
            List<String> ambient) {
        var gathered = new Settings(settings);
        if (file != null) {
            gathered.readFile(file);
        }
        environment.forEach(
                (variable, value) -> {
                    if (variable.startsWith(ENVIRONMENT_PREFIX)) {
                        var name =
                                variable.substring(ENVIRONMENT_PREFIX.length())
                                        .toLowerCase(Locale.ROOT)
                                        .replace('_', '-');
                        if (!ambient.contains(name)) {
                            gathered.put(name, value, "environment variable " + variable);
                        }
                    }
                });
        flags.forEach((name, value) -> gathered.put(name, value, "flag --" + name));
        return gathered;
    }

    /** The text; the default where nothing is set. */
    public String text(String name) {
        return values.getOrDefault(name, setting(name).defaultText());
    }

    /** The text; empty where nothing is set and there is no default. */
    public Optional<String> findText(String name) {
        var text = text(name);
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    /** A text that must be there. */
    public String requiredText(String name) {
        var text = text(name);
        if (text.isEmpty()) {
            problem(name, "", "a value");
        }
        return text;
    }

    /** A whole number within bounds. */
    public long integer(String name, long min, long max) {
        var text = text(name);
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Reported below, together with numbers out of bounds.
        }
        problem(name, text, "a number from " + min + " to " + max);
        return min;
    }

    /** A number within bounds. */
    public double decimal(String name, double min, double max) {
        var text = text(name);
        try {
            double value = Double.parseDouble(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Reported below, together with numbers out of bounds.
        }
        problem(name, text, "a number from " + min + " to " + max);
        return min;
    }

    /** A TCP port; 0 lets the system choose. */
    public int port(String name) {
        return (int) integer(name, 0, 65_535);
    }

    /** {@code 250ms}, {@code 30s}, {@code 5m}, {@code 1h}, {@code 1d}. */
    public Duration duration(String name) {
        var text = text(name);
        var matcher = DURATION.matcher(text);
        if (matcher.matches() && matcher.group(1).length() <= 9) {
            long count = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(count);
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                default -> Duration.ofDays(count);
            };
        }
        problem(name, text, "a duration as 250ms, 30s, 5m, 1h or 1d");
        return Duration.ZERO;
    }

    /** {@code 512}, {@code 64KiB}, {@code 2MiB}, {@code 1GiB}, in bytes. */
    public long bytes(String name) {
        var text = text(name);
        var matcher = SIZE.matcher(text);
        if (matcher.matches() && matcher.group(1).length() <= 12) {
            long count = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2) == null ? "B" : matcher.group(2)) {
                case "KiB" -> count << 10;
                case "MiB" -> count << 20;
                case "GiB" -> count << 30;
                default -> count;
            };
        }
        problem(name, text, "a size as 512, 64KiB, 2MiB or 1GiB");
        return 0;
    }

    /** {@code true} or {@code false}; a flag without a value is {@code true}. */
    public boolean flag(String name) {
        var text = text(name);
        if (!text.equals("true") && !text.equals("false")) {
            problem(name, text, "true or false");
        }
        return text.equals("true");
    }

    /** A path; empty where nothing is set and there is no default. */
    public Optional<Path> findPath(String name) {
        var text = text(name);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            problem(name, text, "a path");
            return Optional.empty();
        }
    }

    /** The parts of a comma-separated list, trimmed. */
    public List<String> list(String name) {
        return List.of(text(name).split(",")).stream()
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    /** Comma-separated URLs of that form: {@code http://HOST:PORT}, https for TLS. */
    public List<String> urls(String name) {
        var urls = list(name);
        for (var url : urls) {
            if (!isUrl(url)) {
                problem(name, url, "a URL as http://127.0.0.1:2379");
            }
        }
        return urls;
    }

    private static boolean isUrl(String text) {
        try {
            var url = new URI(text);
            return List.of("http", "https").contains(String.valueOf(url.getScheme()))
                    && url.getHost() != null
                    && url.getPort() > 0;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** Notes a problem that the reader of a value found in it; the first of each value counts. */
    public void problem(String name, String value, String expected) {
        if (wrong.add(name + "=" + value)) {
            problems.add(name + ": '" + value + "' (expected: " + expected + ")");
        }
    }

    /** Notes a problem in words of its own. */
    public void problem(String text) {
        problems.add(text);
    }

    /** Throws a {@link SettingsException} that names every problem there was. */
    public void check() {
        if (!problems.isEmpty()) {
            throw new SettingsException(problems);
        }
    }

    private void readFile(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            problems.add("settings file " + file + ": cannot be read: " + e);
            return;
        }
        var seen = new HashMap<String, Integer>();
        for (int i = 0; i < lines.size(); i++) {
            var line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            var source = file + ", line " + (i + 1);
            int equals = line.indexOf('=');
            if (equals < 0) {
                problems.add(source + ": '" + line + "' (expected: name = value)");
                continue;
            }
            var name = line.substring(0, equals).strip();
            var first = seen.putIfAbsent(name, i + 1);
            if (first != null) {
                problems.add(
                        source + ": '" + name + "' again (expected: once; see line " + first + ")");
            }
            put(name, line.substring(equals + 1).strip(), source);
        }
    }

    private void put(String name, String value, String source) {
        if (known.containsKey(name)) {
            values.put(name, value);
        } else {
            problems.add(
                    source
                            + ": there is no setting '"
                            + name
                            + "'"
                            + Nearest.of(name, known.keySet(), SUGGESTION_DISTANCE_MAX)
                                    .map(near -> " (did you mean '" + near + "'?)")
                                    .orElse(""));
        }
    }

    private Setting setting(String name) {
        var setting = known.get(name);
        if (setting == null) {
            throw new IllegalStateException("setting '" + name + "' is read but not declared");
        }
        return setting;
    }
}

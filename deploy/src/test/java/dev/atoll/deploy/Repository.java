package dev.atoll.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of this repository, for tests to read. Immutable. */
final class Repository {
    /** Maven runs tests in the folder of their module. */
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final List<String> NOT_OURS =
            List.of(".git", "target", "node_modules", ".atoll");
    private static final Pattern FENCE = Pattern.compile("^```(\\w*)$");

    private Repository() {}

    static Path file(String path) {
        return ROOT.resolve(path);
    }

    static String read(String path) {
        try {
            return Files.readString(file(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All files that end so, by path. */
    static List<Path> find(String ending) throws IOException {
        try (Stream<Path> all = Files.walk(ROOT)) {
            return all.filter(path -> path.toString().endsWith(ending))
                    .filter(path -> !isGenerated(path))
                    .sorted()
                    .toList();
        }
    }

    /** The section under a heading, to the next heading of the same or a higher level. */
    static List<String> section(String path, String heading) {
        var found = new ArrayList<String>();
        boolean within = false;
        for (var line : read(path).lines().toList()) {
            if (line.equals(heading)) {
                within = true;
            } else if (within && line.matches("#{1," + level(heading) + "} .*")) {
                break;
            } else if (within) {
                found.add(line);
            }
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException(path + " has no section '" + heading + "'");
        }
        return found;
    }

    /** The rows of the tables among the lines, without heads and rulers; each a list of cells. */
    static List<List<String>> rows(List<String> lines) {
        var rows = new ArrayList<List<String>>();
        for (int i = 0; i < lines.size(); i++) {
            boolean head = i + 1 < lines.size() && lines.get(i + 1).startsWith("|--");
            if (lines.get(i).startsWith("|") && !lines.get(i).startsWith("|--") && !head) {
                var line = lines.get(i).strip();
                rows.add(
                        Stream.of(line.substring(1, line.length() - 1).split("(?<!\\\\)\\|", -1))
                                .map(String::strip)
                                .toList());
            }
        }
        return rows;
    }

    /** The fenced blocks of a language, by the number of their first line. */
    static SortedMap<Integer, String> blocks(String path, String language) {
        return blocks(read(path).lines().toList(), language);
    }

    /** The fenced blocks of a language among the lines, by the number of their first line. */
    static SortedMap<Integer, String> blocks(List<String> lines, String language) {
        var blocks = new TreeMap<Integer, String>();
        for (int i = 0; i < lines.size(); i++) {
            var fence = FENCE.matcher(lines.get(i));
            if (fence.matches()) {
                int first = i + 1;
                int end = first;
                while (!lines.get(end).equals("```")) {
                    end++;
                }
                if (fence.group(1).equals(language)) {
                    blocks.put(first + 1, String.join("\n", lines.subList(first, end)));
                }
                i = end;
            }
        }
        return blocks;
    }

    private static int level(String heading) {
        return heading.indexOf(' ');
    }

    private static boolean isGenerated(Path path) {
        for (var part : ROOT.relativize(path)) {
            if (NOT_OURS.contains(part.toString())) {
                return true;
            }
        }
        return false;
    }
}

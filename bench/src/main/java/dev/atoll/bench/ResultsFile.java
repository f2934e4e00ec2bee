package dev.atoll.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The file of last results, a Markdown page with a section for each command that writes into it.
 * Immutable.
 *
 * <pre>
 * ## NAME
 *
 * &lt;!-- begin NAME: written by a command, do not edit --&gt;
 * ...
 * &lt;!-- end NAME --&gt;
 * </pre>
 */
public final class ResultsFile {
    private static final String TITLE =
            "# Last results\n\nHow they are made is in [docs/benchmarks.md](../docs/benchmarks.md).\n";

    private ResultsFile() {}

    /** Replaces the section of that name, or adds it; the others stay as they are. */
    public static void put(Path file, String name, String markdown) throws IOException {
        var text = Files.exists(file) ? Files.readString(file) : TITLE;
        Files.writeString(file, with(text, name, markdown));
    }

    static String with(String text, String name, String markdown) {
        var begin = "<!-- begin " + name + ": written by a command, do not edit -->\n";
        var end = "<!-- end " + name + " -->\n";
        var section = begin + "\n" + markdown.strip() + "\n\n" + end;
        int from = text.indexOf(begin);
        int to = text.indexOf(end);
        return from < 0 || to < from
                ? text.stripTrailing() + "\n\n## " + name + "\n\n" + section
                : text.substring(0, from) + section + text.substring(to + end.length());
    }
}

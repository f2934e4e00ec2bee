package dev.atoll.deploy;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What a command prints, as a document shows it. Within a line, {@code …} stands for any text;
 * alone on a line, for any lines. Immutable.
 */
record ExpectedOutput(List<String> lines) {
    ExpectedOutput {
        lines = List.copyOf(lines);
    }

    boolean fits(String output) {
        return pattern().matcher(output.strip() + "\n").matches();
    }

    String difference(String command, String output) {
        return "The document shows for: "
                + command
                + "\n"
                + String.join("\n", lines)
                + "\nbut it prints:\n"
                + output.strip();
    }

    private Pattern pattern() {
        var regex = new StringBuilder();
        for (var line : lines) {
            if (line.strip().equals("…")) {
                regex.append("(?:.*\\R)*?");
            } else {
                regex.append(Pattern.quote(line.stripTrailing()).replace("…", "\\E.*\\Q"))
                        .append("[ \\t]*\\R");
            }
        }
        // A step may print nothing.
        return Pattern.compile(regex.append("\\s*").toString());
    }
}

package dev.atoll.cli.terminal;

import java.util.List;
import java.util.stream.Stream;

/** What the exit code of a command says. Stable: numbers never get a new meaning. Immutable. */
public enum ExitCode {
    OK(0, "done"),
    FAILURE(1, "failed in another way, SQL errors and exceeded limits among them"),
    USAGE(2, "the command line or a setting is wrong"),
    NOT_FOUND(3, "there is no such instance, namespace, table or row"),
    DENIED(4, "not authenticated, or not allowed"),
    UNAVAILABLE(5, "no server, node or capacity just now; nothing was done, try again"),
    CONFLICT(6, "it exists already, or a constraint or expectation does not hold"),
    UNKNOWN(7, "nobody knows whether it was done"),
    DAMAGED(8, "data is damaged: an operator has to look");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    /** What the process ends with. */
    public int number() {
        return number;
    }

    /** A line for each code: what {@code --help} shows. */
    public static List<String> help() {
        return Stream.of(values()).map(code -> code.number + "  " + code.meaning).toList();
    }
}

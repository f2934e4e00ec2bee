package dev.atoll.node.blocks.file;

import java.util.ArrayList;
import java.util.List;

/** What is found in one file. One thread at a time. */
final class Problems {
    /** Nobody mends more at a time, and a hostile file has millions. */
    static final int MAX = 1_000;

    private final List<FileProblem> problems = new ArrayList<>();
    private final List<FileProblem> warnings = new ArrayList<>();

    /** There are so many problems that the rest is not looked at. */
    static final class TooMany extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooMany() {
            super("too many problems", null, false, false);
        }
    }

    void add(Place place, String text) {
        add(place.problem(text));
    }

    void add(FileProblem problem) {
        problems.add(problem);
        if (problems.size() == MAX) {
            problems.add(
                    new FileProblem(
                            Integer.MAX_VALUE,
                            1,
                            "more than " + MAX + " problems: the rest is not looked at"));
            throw new TooMany();
        }
    }

    void warn(FileProblem warning) {
        if (warnings.size() < MAX) {
            warnings.add(warning);
        }
    }

    /** In the order of the file. */
    List<FileProblem> all() {
        return problems.stream().sorted().distinct().toList();
    }

    /** In the order of the file. */
    List<FileProblem> warnings() {
        return warnings.stream().sorted().distinct().toList();
    }
}

package dev.atoll.node.config;

import java.util.List;
import java.util.Optional;

/** Says whether a file can be used, and what it would change. Thread-safe. */
public interface ConfigCheck {
    /**
     * Checks a file.
     *
     * @param before what it would replace; empty for the first
     */
    Result check(String text, Optional<String> before);

    /** What came of a check. */
    sealed interface Result {
        /**
         * It cannot be used.
         *
         * @param problems at least one, in the order of the file
         */
        record Wrong(List<ConfigProblem> problems) implements Result {
            public Wrong {
                problems = List.copyOf(problems);
            }
        }

        /** It can. */
        record Right(ConfigChanges changes) implements Result {}
    }
}

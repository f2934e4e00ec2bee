package dev.atoll.node.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NamespaceNamesCheckTest {
    private final ConfigCheck check = new NamespaceNamesCheck();

    @Test
    void tellsWhichNamespacesComeGoAndChange() {
        var before =
                """
                # ünïcode 𝄞
                databases:
                  same: { a: 𝄞 }
                  changed: { a: 1 }
                  gone:
                """;
        var after =
                """
                databases:
                  changed: { a: 2 }
                  # moved
                  same: { a: 𝄞 }
                  new: {}
                """;

        assertThat(check.check(after, Optional.of(before)))
                .isEqualTo(
                        new ConfigCheck.Result.Right(
                                new ConfigChanges(
                                        List.of(
                                                "namespace changed: changed",
                                                "namespace new: new",
                                                "namespace gone: not declared any more"),
                                        List.of("namespace gone: not declared any more"),
                                        List.of())));
    }

    @Test
    void findsWhatIsNotTheFormOfAFile() {
        assertThat(problems("")).containsExactly("1:1: an empty file (expected: databases:)");
        assertThat(problems("- a")).containsExactly("1:1: no mapping (expected: databases:)");
        assertThat(problems("{}")).containsExactly("1:1: 'databases' is missing");
        assertThat(problems("databases: 7"))
                .containsExactly("1:12: no mapping (expected: names and blocks)");
        assertThat(problems("databases: {}\ntables: {}"))
                .containsExactly("2:1: there is no key 'tables' (expected: databases)");
        assertThat(problems("databases:\n  a: {}\n  a: {}"))
                .containsExactly("3:3: 'a' is there twice");
        assertThat(problems("databases:\n  Ab: {}"))
                .singleElement()
                .asString()
                .startsWith("2:3: ")
                .contains("Ab");
        assertThat(problems("a: [")).singleElement().asString().startsWith("1:5: no YAML: ");
        assertThat(problems("a: \u0000")).singleElement().asString().contains("no YAML");
    }

    private List<String> problems(String text) {
        return switch (check.check(text, Optional.empty())) {
            case ConfigCheck.Result.Wrong(var problems) ->
                    problems.stream().map(ConfigProblem::toString).toList();
            case ConfigCheck.Result.Right _ -> List.of();
        };
    }
}

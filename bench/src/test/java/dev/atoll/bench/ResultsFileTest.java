package dev.atoll.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsFileTest {
    @TempDir Path folder;

    @Test
    void replacesItsSectionAndLeavesTheOthers() throws IOException {
        var file = folder.resolve("RESULTS.md");
        ResultsFile.put(file, "one", "first");
        ResultsFile.put(file, "two", "second");
        ResultsFile.put(file, "one", "third");
        assertThat(Files.readString(file))
                .startsWith("# Last results\n")
                .containsSubsequence("## one", "third", "## two", "second")
                .doesNotContain("first");
        var before = Files.readString(file);
        ResultsFile.put(file, "two", "second");
        assertThat(file).hasContent(before);
    }
}

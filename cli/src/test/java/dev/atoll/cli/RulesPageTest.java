package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that the page about rules shows print what it shows. */
class RulesPageTest {
    private static final Path PAGE = Path.of("../docs/rules.md");

    @Test
    void explainPrintsWhatThePageShows(@TempDir Path folder) throws IOException {
        var page = Files.readString(PAGE);
        var file = Files.writeString(folder.resolve("atoll.yaml"), block(page, "yaml")).toString();
        var shown = block(page, "console").split("\n", 2);
        var command = shown[0].replace("$ ./atoll ", "").replace("atoll.yaml", file);

        var out = new StringWriter();
        int code = Atoll.commandLine().setOut(new PrintWriter(out)).execute(command.split(" ", -1));

        assertThat(code).isZero();
        assertThat(out.toString()).isEqualTo(shown[1]);
    }

    private static String block(String page, String language) {
        var block = Pattern.compile("(?s)```" + language + "\n(.*?)```").matcher(page);
        assertThat(block.find()).isTrue();
        return block.group(1);
    }
}

package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import dev.atoll.node.blocks.file.BlockFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page about block files says what the parser takes. */
class BlockFilesPageTest {
    private static final Path PAGE = Path.of("../docs/block-files.md");

    @Test
    void itsExamplesAreRight() throws IOException {
        var examples =
                Pattern.compile("(?s)```yaml\n(.*?)```")
                        .matcher(Files.readString(PAGE))
                        .results()
                        .map(example -> example.group(1))
                        .toList();
        assertThat(examples).isNotEmpty();
        for (var example : examples) {
            assertThat(BlockFile.read(example))
                    .isInstanceOfSatisfying(
                            BlockFile.Result.Right.class,
                            right -> assertThat(right.file().warnings()).isEqualTo(List.of()));
        }
    }

    @Test
    void itNamesEveryKey() throws IOException {
        var keys = new TreeSet<String>();
        collect(JsonParser.parseString(BlockFile.jsonSchema()), keys);
        assertThat(keys).contains("databases", "secure-delete", "on-delete");
        var page = Files.readString(PAGE);
        assertThat(keys)
                .allMatch(key -> page.contains("`" + key + "`") || page.contains(key + ":"));
    }

    private static void collect(JsonElement schema, Set<String> keys) {
        if (schema.isJsonObject()) {
            var object = schema.getAsJsonObject();
            if (object.has("properties")) {
                keys.addAll(object.getAsJsonObject("properties").keySet());
            }
            object.asMap().values().forEach(part -> collect(part, keys));
        }
    }
}

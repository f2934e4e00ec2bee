package dev.atoll.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the Node.js example against a real server. It downloads packages, so it runs only where it
 * is asked for: {@code ./atoll test -Datoll.npm=true}.
 */
class NodeExampleIT {
    private static final Path EXAMPLE = Repository.file("deploy/examples/node");
    private static final long SECONDS_MAX = 120;

    private static final String COMMANDS =
            """
            npm install --silent
            ATOLL_TOKEN=$(../../../atoll token --service example --scope 'user:*=read,write')
            export ATOLL_TOKEN
            exec node notes.js
            """;

    @Test
    void printsWhatItsReadmeShows(@TempDir Path folder) throws Exception {
        assumeTrue(
                Boolean.getBoolean("atoll.npm"),
                "needs Node.js and downloads packages: ask for it with -Datoll.npm=true");
        var expected =
                new ExpectedOutput(
                        Repository.blocks("deploy/examples/node/README.md", "text")
                                .firstEntry()
                                .getValue()
                                .lines()
                                .toList());
        try (var server = DevProcess.start(folder)) {
            server.awaitOutput(new ExpectedOutput(List.of("…", "Atoll is ready.", "…")));
            var out = folder.resolve("example.log");
            var builder =
                    new ProcessBuilder("sh", "-ec", COMMANDS)
                            .directory(EXAMPLE.toFile())
                            .redirectOutput(out.toFile());
            DevProcess.setEnvironment(builder.environment(), server.data());
            builder.environment().put("ATOLL_ENDPOINT", server.endpoint());
            var example = builder.start();
            assertThat(example.waitFor(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();

            var printed = Files.readString(out, StandardCharsets.UTF_8);
            assertThat(expected.fits(printed))
                    .as(expected.difference("node notes.js", printed))
                    .isTrue();
        }
    }
}

package dev.atoll.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.process.TlsFiles;
import dev.atoll.router.auth.IssuersFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/operations.md tells to type and to write is taken by the code. */
class OperationsGuideTest {
    private static final String GUIDE = "docs/operations.md";

    @Test
    void certificatesMadeAsTheGuideSaysAreTaken(@TempDir Path folder) throws Exception {
        var commands = block("sh", "openssl req -x509");
        assertThat(commands).contains("issue router ", "issue node1 ");
        if (Tool.find("openssl").isEmpty()) {
            System.out.println(
                    "OperationsGuideTest: there is no openssl; its commands are read only");
            return;
        }
        var shell = Tool.find("sh").orElseThrow();
        var outcome = shell.run(folder, List.of("-ec", "cd '" + folder + "'\n" + commands));

        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        for (var name : List.of("router", "node1")) {
            try (var files =
                    new TlsFiles(
                            folder.resolve(name + ".pem"),
                            folder.resolve(name + ".key"),
                            folder.resolve("ca.pem"))) {
                assertThat(files.server(true)).isNotNull();
                assertThat(files.client()).isNotNull();
            }
        }
    }

    @Test
    void issuersFileOfTheGuideIsTaken(@TempDir Path folder) throws Exception {
        var file = folder.resolve("issuers.json");
        Files.writeString(file, block("json", "\"issuers\""));

        assertThat(IssuersFile.read(file).entries()).hasSize(3);
    }

    @Test
    void issuersFileOfComposeIsTaken() {
        assertThat(IssuersFile.read(Repository.file("deploy/issuers.json")).entries()).hasSize(1);
    }

    private static String block(String language, String containing) {
        return Repository.blocks(GUIDE, language).values().stream()
                .filter(block -> block.contains(containing))
                .findFirst()
                .orElseThrow();
    }
}

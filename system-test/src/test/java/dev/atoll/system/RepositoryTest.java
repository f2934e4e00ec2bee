package dev.atoll.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What holds for every source file of the project. */
class RepositoryTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final int LINES_MAX = 500;

    @Test
    void everyPackageSaysWhatItIsFor() throws IOException {
        var packages = sources().stream().map(Path::getParent).distinct().toList();

        assertThat(packages).isNotEmpty();
        // Tests of a package share the package-info of what they test.
        assertThat(packages)
                .allMatch(
                        folder ->
                                Files.exists(folder.resolve("package-info.java"))
                                        || Files.exists(
                                                mainOf(folder).resolve("package-info.java")));
    }

    @Test
    void noSourceFileIsTooLongToRead() throws IOException {
        for (var source : sources()) {
            try (var lines = Files.lines(source)) {
                assertThat(lines.count()).as(source.toString()).isLessThanOrEqualTo(LINES_MAX);
            }
        }
    }

    private static Path mainOf(Path folder) {
        return Path.of(folder.toString().replace("/src/test/java/", "/src/main/java/"));
    }

    private static List<Path> sources() throws IOException {
        try (var modules = Files.list(ROOT)) {
            var found = new java.util.ArrayList<Path>();
            for (var module :
                    modules.map(module -> module.resolve("src"))
                            .filter(Files::isDirectory)
                            .toList()) {
                try (var files = Files.walk(module)) {
                    files.filter(file -> file.toString().endsWith(".java")).forEach(found::add);
                }
            }
            return found;
        }
    }
}

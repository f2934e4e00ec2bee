package dev.atoll.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The documents fit the repository around them. */
class RepositoryDocTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:\\s]+)(?:#[^)]*)?\\)");
    private static final Pattern MODULE = Pattern.compile("<module>(.+?)</module>");
    private static final Pattern DEPENDENCY =
            Pattern.compile(
                    "<(?:dependency|path)>\\s*<groupId>(.+?)</groupId>\\s*<artifactId>(.+?)</artifactId>");

    @Test
    void linksLeadToFiles() throws IOException {
        var broken = new ArrayList<String>();
        for (var document : Repository.find(".md")) {
            var links = LINK.matcher(Files.readString(document));
            while (links.find()) {
                var target = document.resolveSibling(links.group(1));
                if (!Files.exists(target)) {
                    broken.add(Repository.ROOT.relativize(document) + ": " + links.group(1));
                }
            }
        }

        assertThat(broken).isEmpty();
    }

    @Test
    void readmeMapsEveryModule() {
        var mapped =
                Repository.rows(Repository.section("README.md", "## A map of the house")).stream()
                        .map(row -> row.get(0).replace("`", ""))
                        .toList();

        assertThat(mapped).containsAll(matches(MODULE, Repository.read("pom.xml"), 1));
    }

    @Test
    void rationaleNamesEveryDependency() throws IOException {
        var named =
                Repository.rows(Repository.section("RATIONALE.md", "## Dependencies")).stream()
                        .map(row -> row.get(0))
                        .flatMap(cell -> matches(Pattern.compile("`(.+?)`"), cell, 1).stream())
                        .toList();
        var used = new TreeSet<String>();
        for (var pom : Repository.find("pom.xml")) {
            var dependencies = DEPENDENCY.matcher(Files.readString(pom));
            while (dependencies.find()) {
                if (!dependencies.group(1).equals("dev.atoll")) {
                    used.add(dependencies.group(2));
                }
            }
        }

        assertThat(named).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(used);
    }

    private static Set<String> matches(Pattern pattern, String text, int group) {
        var found = new TreeSet<String>();
        var matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(group));
        }
        return found;
    }
}

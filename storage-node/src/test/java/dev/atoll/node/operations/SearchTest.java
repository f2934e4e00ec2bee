package dev.atoll.node.operations;

import static dev.atoll.node.operations.TestOperations.fields;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SearchTest {
    @TempDir private Path folder;
    private TestOperations db;

    @BeforeEach
    void open() {
        db = TestOperations.in(folder, TestOperations.DOCS);
        db.add("docs", fields("id", "1", "title", "the quick brown fox", "n", 1));
        db.add("docs", fields("id", "2", "title", "a brown bear", "n", 2));
        db.add("docs", fields("id", "3", "title", "x y quick-brown"));
        db.add(
                "docs",
                fields("id", "4", "title", "brown secret", "secret", true, "ownerId", "bob"));
    }

    @AfterEach
    void close() {
        db.close();
    }

    private static Operation.Search search(String text, Filter filter, int size, String token) {
        return new Operation.Search(
                "docs", text, filter, new View(List.of("id"), size, token), false);
    }

    private List<Object> found(String text) {
        return TestOperations.only(db.read(db.user("alice"), search(text, Filter.ALL, 0, "")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    brown           => 1,2,3
                    BROWN           => 1,2,3
                    brown fox       => 1
                    "quick brown"   => 1,3
                    "brown quick"   => ``
                    bro*            => 1,2,3
                    b*              => 1,2,3
                    bro             => ``
                    x               => 3
                    a               => 2
                    "x y"           => 3
                    "quick bro"*    => 1,3
                    quick-brown     => 1,3
                    secret          => ``
                    - brown +       => 1,2,3
                    """)
    void finds(String text, String ids) {
        var expected = ids.isEmpty() ? List.of() : List.of((Object[]) ids.split(","));
        assertThat(found(text)).containsExactlyInAnyOrderElementsOf(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a-b* \"x\" OR", "\"", "\"\"", "*", "AND", "NOT", "NEAR(a b)", "title:brown",
                        "^brown",
                "{title}: x", "a\0b", "'; DROP TABLE docs --", "(", "\"a", "\"a\"*", "-", "+", "é̀",
                "𝄞", "\u200b", "brown\" OR \"1", "col : x", "\\", "%", "_", " "
            })
    void takesHostileTexts(String text) {
        // Results or none, never an error.
        assertThat(found(text)).doesNotContain("4");
    }

    @Test
    void takesAnyText() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var letters = "ab \"*-+^:(){}ORANDNEAR'\\\0é𝄞\u0300.,~";
        for (int i = 0; i < 500; i++) {
            var text = new StringBuilder();
            for (int j = random.nextInt(12); j > 0; j--) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            assertThat(found(text.toString())).as("seed %s: %s", seed, text).doesNotContain("4");
        }
    }

    @Test
    void hasLimits() {
        db.refused(Reason.LIMIT_EXCEEDED, db.service(), search("x ".repeat(65), Filter.ALL, 0, ""));
        db.refused(
                Reason.LIMIT_EXCEEDED, db.service(), search("x".repeat(5_000), Filter.ALL, 0, ""));
        assertThat(found("brown ".repeat(64))).hasSize(3);
    }

    @Test
    void filters() {
        var page = db.read(db.service(), search("brown", new Filter("row.n >= 2"), 0, ""));
        assertThat(TestOperations.only(page)).containsExactly("2");
    }

    @Test
    void givesPagesOfWhatMayBeSeen() {
        for (int i = 0; i < 20; i++) {
            db.add("docs", fields("title", "zebra " + i, "secret", i % 2 == 0, "ownerId", "bob"));
        }
        var all = new ArrayList<Object>();
        var token = "";
        do {
            var page = db.read(db.user("alice"), search("zebra", Filter.ALL, 5, token));
            assertThat(page.rows()).hasSize(5);
            all.addAll(TestOperations.only(page));
            token = page.nextPageToken();
        } while (!token.isEmpty());
        assertThat(all).hasSize(10).doesNotHaveDuplicates();
        var bobs = db.read(db.user("bob"), search("zebra", Filter.ALL, 5, "")).nextPageToken();
        db.refused(
                Reason.PAGE_TOKEN_INVALID, db.user("alice"), search("zebra", Filter.ALL, 5, bobs));
        db.refused(Reason.PAGE_TOKEN_INVALID, db.user("bob"), search("brown", Filter.ALL, 5, bobs));
    }

    @Test
    void marksWhatItFound() {
        var page =
                db.read(
                        db.service(),
                        new Operation.Search(
                                "docs",
                                "bear",
                                Filter.ALL,
                                new View(List.of("title", "n"), 0, ""),
                                true));
        assertThat(TestOperations.named(page))
                .containsExactly(Map.of("title", "a brown <mark>bear</mark>", "n", 2L));
    }

    @Test
    void followsChanges() {
        db.run(
                db.service(),
                new Operation.Update("docs", "2", Patch.of(fields("title", "a green bear"))));
        assertThat(found("brown")).containsExactlyInAnyOrder("1", "3");
        assertThat(found("green")).containsExactly("2");
        db.run(db.service(), new Operation.Delete("docs", "2"));
        assertThat(found("green")).isEmpty();
    }

    @Test
    void isForTablesThatHaveIt() {
        try (var other =
                TestOperations.withTables(
                        folder.resolve("other"), "t: { fields: { s: { type: text } } }")) {
            var failure =
                    other.refused(
                            Reason.VALIDATION_FAILED,
                            other.service(),
                            new Operation.Search("t", "x", Filter.ALL, View.DEFAULT, false));
            assertThat(failure.message()).isEqualTo("table: t has no full-text search");
        }
    }
}

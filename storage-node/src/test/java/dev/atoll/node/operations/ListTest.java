package dev.atoll.node.operations;

import static dev.atoll.node.operations.TestOperations.fields;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListTest {
    @TempDir private Path folder;
    private TestOperations db;

    @BeforeEach
    void open() {
        db = TestOperations.in(folder, TestOperations.DOCS);
    }

    @AfterEach
    void close() {
        db.close();
    }

    private static Operation.ListRows list(String order, int size, String token) {
        return list(Filter.ALL, order, size, token);
    }

    private static Operation.ListRows list(Filter filter, String order, int size, String token) {
        return new Operation.ListRows("docs", filter, order, new View(List.of("id"), size, token));
    }

    /** All pages, each as its ids. */
    private List<List<Object>> pages(RowCaller caller, Filter filter, String order, int size) {
        var pages = new ArrayList<List<Object>>();
        var token = "";
        do {
            var page = db.read(caller, list(filter, order, size, token));
            pages.add(TestOperations.only(page));
            token = page.nextPageToken();
        } while (!token.isEmpty());
        return pages;
    }

    @Test
    void pagesAreFullOfWhatMayBeSeen() {
        for (int i = 0; i < 20; i++) {
            db.add("docs", fields("title", "t", "secret", i % 2 == 1, "ownerId", "bob"));
        }
        var pages = pages(db.user("alice"), Filter.ALL, "", 5);
        assertThat(pages).hasSize(2).allMatch(page -> page.size() == 5);
        assertThat(db.read(db.user("alice"), new Operation.Count("docs", Filter.ALL)).count())
                .isEqualTo(10);
        assertThat(db.read(db.user("bob"), new Operation.Count("docs", Filter.ALL)).count())
                .isEqualTo(20);
        assertThat(db.read(db.anonymous(), new Operation.Count("docs", Filter.ALL)).count())
                .isEqualTo(10);
    }

    @Test
    void projectionChangesNothing() {
        db.add("docs", fields("id", "a", "title", "t", "secret", true, "ownerId", "bob"));
        db.add("docs", fields("id", "b", "title", "u", "ownerId", "bob"));
        for (var fields : List.of(List.of("title"), List.of("n", "title"), List.<String>of())) {
            var page =
                    db.read(
                            db.user("alice"),
                            new Operation.ListRows(
                                    "docs", Filter.ALL, "", new View(fields, 0, "")));
            assertThat(TestOperations.named(page)).hasSize(1);
            assertThat(TestOperations.named(page).getFirst()).containsEntry("title", "u");
        }
        db.refused(
                Reason.ROW_NOT_FOUND,
                db.user("alice"),
                new Operation.Get("docs", "a", List.of("title")));
        db.refused(
                Reason.VALIDATION_FAILED,
                db.service(),
                new Operation.Get("docs", "b", List.of("titel")));
    }

    @Test
    void pagesGoOnWhereTheyEnded() {
        for (int i = 1; i <= 4; i++) {
            db.add("docs", fields("id", "d" + i, "title", "t", "n", i));
        }
        assertThat(pages(db.service(), Filter.ALL, "n desc", 2))
                .containsExactly(List.of("d4", "d3"), List.of("d2", "d1"));
        assertThat(pages(db.service(), Filter.ALL, "n", 3))
                .containsExactly(List.of("d1", "d2", "d3"), List.of("d4"));
    }

    /** Every order gives, page by page, what one page of everything gives. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "id desc",
                "n",
                "n desc",
                "n desc, kind",
                "kind, n desc",
                "kind desc, n, slug desc",
                "at desc, title",
                "secret, slug",
                "n asc, id desc"
            })
    void pagesAreTheListInPieces(String order) {
        long seed = 20261121;
        var random = new Random(seed);
        for (int i = 0; i < 60; i++) {
            var row = fields("title", "t" + random.nextInt(3), "secret", random.nextBoolean());
            if (random.nextInt(3) > 0) {
                row.put("n", TypedValue.of(random.nextInt(4)));
            }
            if (random.nextInt(3) > 0) {
                row.put("slug", TypedValue.of("s" + i));
            }
            if (random.nextBoolean()) {
                row.put("kind", random.nextBoolean() ? TypedValue.of("b") : TypedValue.NULL);
            }
            if (random.nextBoolean()) {
                row.put("at", TypedValue.of(db.now().plusSeconds(random.nextInt(5))));
            }
            db.add("docs", row);
        }
        var all = pages(db.service(), Filter.ALL, order, 1_000).getFirst();
        assertThat(all).as("seed " + seed).hasSize(60).doesNotHaveDuplicates();
        for (int size : new int[] {1, 7, 30, 59, 60}) {
            var pages = pages(db.service(), Filter.ALL, order, size);
            assertThat(pages.stream().flatMap(List::stream).toList())
                    .as("seed %s, size %s", seed, size)
                    .isEqualTo(all);
            assertThat(pages).hasSize((60 + size - 1) / size);
        }
    }

    @Test
    void pagesAreStableWhileRowsComeAndGo() {
        for (int i = 0; i < 6; i++) {
            db.add("docs", fields("id", "d" + i, "title", "t", "n", i * 10));
        }
        var first = db.read(db.service(), list("n", 3, ""));
        db.run(db.service(), new Operation.Delete("docs", "d2"));
        db.add("docs", fields("id", "x", "title", "t", "n", 5));
        var second = db.read(db.service(), list("n", 3, first.nextPageToken()));
        assertThat(TestOperations.only(second)).containsExactly("d3", "d4", "d5");
        assertThat(db.read(db.service(), list("n", 3, first.nextPageToken())).nextPageToken())
                .isEqualTo(second.nextPageToken());
    }

    @Test
    void tokensBelongToOneQuestionOfOneCaller() {
        for (int i = 0; i < 4; i++) {
            db.add("docs", fields("title", "t", "n", i, "secret", i > 1, "ownerId", "bob"));
        }
        var token = db.read(db.user("bob"), list("n", 1, "")).nextPageToken();
        assertThat(TestOperations.only(db.read(db.user("bob"), list("n", 9, token)))).hasSize(3);
        for (var other :
                List.of(
                        list("n desc", 1, token),
                        list("", 1, token),
                        list(new Filter("row.n > 0"), "n", 1, token))) {
            db.refused(Reason.PAGE_TOKEN_INVALID, db.user("bob"), other);
        }
        db.refused(Reason.PAGE_TOKEN_INVALID, db.user("alice"), list("n", 1, token));
        db.refused(Reason.PAGE_TOKEN_INVALID, db.anonymous(), list("n", 1, token));
        db.refused(Reason.PAGE_TOKEN_INVALID, db.service(), list("n", 1, token));
        var filter = new Filter("row.n > args.n", fields("n", 0));
        var filtered = db.read(db.user("bob"), list(filter, "n", 1, "")).nextPageToken();
        db.refused(
                Reason.PAGE_TOKEN_INVALID,
                db.user("bob"),
                list(new Filter("row.n > args.n", fields("n", 1)), "n", 1, filtered));
        db.refused(
                Reason.PAGE_TOKEN_INVALID,
                db.user("bob"),
                list(new Filter("row.n > args.n", fields("n", 0.0)), "n", 1, filtered));
    }

    @Test
    void brokenTokensAreRefused() {
        for (int i = 0; i < 3; i++) {
            db.add("docs", fields("title", "t", "n", i));
        }
        var token = db.read(db.service(), list("n", 1, "")).nextPageToken();
        var bytes = Base64.getUrlDecoder().decode(token);
        for (int length = 0; length < bytes.length; length++) {
            var cut =
                    Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(Arrays.copyOf(bytes, length));
            if (!cut.isEmpty()) {
                db.refused(Reason.PAGE_TOKEN_INVALID, db.service(), list("n", 1, cut));
            }
        }
        for (var text : List.of("x", "!", token + "AA", "\u00e9", " " + token)) {
            db.refused(Reason.PAGE_TOKEN_INVALID, db.service(), list("n", 1, text));
        }
    }

    /** Whatever position somebody makes up, the rules apply to what is found there. */
    @Test
    void aMadeUpPositionShowsNothingMore() {
        db.add("docs", fields("id", "a", "title", "t", "n", 1));
        db.add("docs", fields("id", "b", "title", "t", "n", 2, "secret", true, "ownerId", "bob"));
        db.add("docs", fields("id", "c", "title", "t", "n", 3));
        var token = db.read(db.user("alice"), list("n", 1, "")).nextPageToken();
        var bytes = Base64.getUrlDecoder().decode(token);
        // The last byte of the integer after version, question and type.
        bytes[1 + 16 + 8] = 0;
        var made = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        assertThat(TestOperations.only(db.read(db.user("alice"), list("n", 9, made))))
                .containsExactly("a", "c");
    }

    @Test
    void sizesOfPages() {
        IntStream.range(0, 101).forEach(_ -> db.add("docs", fields("title", "t")));
        assertThat(db.read(db.service(), list("", 0, "")).rows()).hasSize(100);
        assertThat(db.read(db.service(), list("", 1_000, "")).rows()).hasSize(101);
        db.refused(Reason.LIMIT_EXCEEDED, db.service(), list("", 1_001, ""));
        db.refused(Reason.VALIDATION_FAILED, db.service(), list("", -1, ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nothing",
                "n up",
                "n desc desc",
                ",",
                "n,",
                "n, n desc",
                "meta",
                "rowid",
                "n; DROP TABLE docs",
                "\"n\"",
                "n desc, title, kind, secret, slug, at, parent, ownerId, createdAt"
            })
    void refusesOtherOrders(String order) {
        var failure = db.refused(Reason.VALIDATION_FAILED, db.service(), list(order, 1, ""));
        assertThat(failure.details()).containsEntry("field", "order_by");
    }

    @Test
    void aTokenOfALongTextWorks() {
        try (var other =
                TestOperations.withTables(
                        folder.resolve("other"), "t: { fields: { s: { type: text } } }")) {
            var a = "a".repeat(100_000);
            other.add("t", fields("id", "1", "s", a));
            other.add("t", fields("id", "2", "s", a + "b"));
            var first =
                    other.read(
                            other.service(),
                            new Operation.ListRows(
                                    "t", Filter.ALL, "s", new View(List.of("id"), 1, "")));
            var second =
                    other.read(
                            other.service(),
                            new Operation.ListRows(
                                    "t",
                                    Filter.ALL,
                                    "s",
                                    new View(List.of("id"), 1, first.nextPageToken())));
            assertThat(TestOperations.only(second)).containsExactly("2");
        }
    }

    @Test
    void refusesAFieldThatIsNamedTwice() {
        var failure =
                db.refused(
                        Reason.VALIDATION_FAILED,
                        db.service(),
                        new Operation.ListRows(
                                "docs",
                                Filter.ALL,
                                "",
                                new View(List.of("title", "n", "title"), 0, "")));
        assertThat(failure.message()).isEqualTo("title: is named twice (expected: once)");
    }
}

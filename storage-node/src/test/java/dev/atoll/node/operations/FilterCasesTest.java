package dev.atoll.node.operations;

import static dev.atoll.node.operations.TestOperations.fields;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterCasesTest {
    @TempDir private Path folder;
    private TestOperations db;

    @BeforeEach
    void open() {
        db = TestOperations.in(folder, TestOperations.DOCS);
        db.add(
                "docs",
                fields(
                        "id",
                        "1",
                        "title",
                        "red fox",
                        "n",
                        1,
                        "secret",
                        true,
                        "meta",
                        TypedValue.json("[\"x\", 1]")));
        db.add("docs", fields("id", "2", "title", "red hen", "n", 5, "kind", "b"));
        db.add("docs", fields("id", "3", "title", "Blue", "slug", "s", "kind", TypedValue.NULL));
    }

    @AfterEach
    void close() {
        db.close();
    }

    private String found(Filter filter) {
        var page =
                db.read(
                        db.service(),
                        new Operation.ListRows("docs", filter, "", new View(List.of("id"), 0, "")));
        return TestOperations.only(page).stream()
                .map(String::valueOf)
                .collect(Collectors.joining());
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    row.n == 5                                          => 2
                    row.n != 5                                          => 1
                    !(row.n == 5)                                       => 1
                    row.n == null                                       => 3
                    row.n != null                                       => 12
                    row.n < 5                                           => 1
                    row.n <= 5                                          => 12
                    row.n > 1                                           => 2
                    row.n >= 1                                          => 12
                    row.n in [1, 7]                                     => 1
                    !(row.n in [1, 7])                                  => 2
                    row.title.contains('e')                             => 123
                    row.title.startsWith('red')                         => 12
                    row.title.endsWith('n')                             => 2
                    size(row.title) == 4                                => 3
                    row.title.matches('^r.d h')                         => 2
                    row.secret                                          => 1
                    !row.secret                                         => 23
                    row.kind == 'a' && (row.n == 1 || row.n == 5)       => 1
                    row.kind == 'b' || !(row.n > 3)                     => 12
                    'x' in row.meta                                     => 1
                    1 in row.meta                                       => 1
                    row.slug == 's'                                     => 3
                    """)
    void finds(String text, String ids) {
        assertThat(found(new Filter(text))).isEqualTo(ids);
        assertThat(db.read(db.service(), new Operation.Count("docs", new Filter(text))).count())
                .isEqualTo(ids.length());
    }

    @Test
    void takesArguments() {
        assertThat(
                        found(
                                new Filter(
                                        "row.n > args.least && row.kind in args.kinds",
                                        Map.of(
                                                "least",
                                                TypedValue.of(1),
                                                "kinds",
                                                TypedValue.json("[\"b\", \"c\"]")))))
                .isEqualTo("2");
        // It is a value, whatever it looks like.
        assertThat(found(new Filter("row.slug == args.s", fields("s", "' OR 1=1 --")))).isEmpty();
        assertThat(found(new Filter("row.slug == args.s", Map.of("s", TypedValue.NULL)))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    row.nothing == 1            => 1 => 5
                    row.n == 'five'             => 1 => 7
                    fun(row.n)                  => 1 => 1
                    row.n                       => 1 => 4
                    row.n ==                    => 1 => 9
                    auth.id == row.ownerId      => 1 => 1
                    tables.docs.exists(d, true) => 1 => 1
                    row.n > args.least          => 1 => 14
                    """)
    void refusesWithThePlace(String text, String line, String column) {
        for (var operation :
                List.<Operation>of(
                        new Operation.ListRows("docs", new Filter(text), "", View.DEFAULT),
                        new Operation.Count("docs", new Filter(text)),
                        new Operation.Search("docs", "x", new Filter(text), View.DEFAULT, false),
                        new Operation.DeleteWhere("docs", new Filter(text)),
                        new Operation.UpdateWhere(
                                "docs", new Filter(text), Patch.of(fields("n", 1))))) {
            var failure = db.refused(Reason.FILTER_INVALID, db.service(), operation);
            assertThat(failure.details()).containsEntry("line", line);
            assertThat(failure.details().get("column")).as(failure.message()).isEqualTo(column);
        }
        assertThat(found(Filter.ALL)).isEqualTo("123");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "\n"})
    void anEmptyFilterIsAll(String text) {
        assertThat(found(new Filter(text))).isEqualTo("123");
    }

    @Test
    void longListsHaveALimit() {
        var thousand =
                IntStream.rangeClosed(1, 1_000)
                        .mapToObj(String::valueOf)
                        .collect(Collectors.joining(",", "[", "]"));
        var tooMany =
                IntStream.rangeClosed(1, 10_001)
                        .mapToObj(String::valueOf)
                        .collect(Collectors.joining(",", "[", "]"));
        assertThat(found(new Filter("row.n in " + thousand))).isEqualTo("12");
        assertThat(found(new Filter("row.n in args.l", Map.of("l", TypedValue.json(thousand)))))
                .isEqualTo("12");
        for (var filter :
                List.of(
                        new Filter("row.n in " + tooMany),
                        new Filter("row.n in args.l", Map.of("l", TypedValue.json(tooMany))))) {
            db.refused(Reason.LIMIT_EXCEEDED, db.service(), new Operation.Count("docs", filter));
        }
    }

    @Test
    void refusesArgumentsThatAreNoJson() {
        var filter = new Filter("row.n in args.l", Map.of("l", TypedValue.json("[1,")));
        var failure =
                db.refused(
                        Reason.FILTER_INVALID, db.service(), new Operation.Count("docs", filter));
        assertThat(failure.details()).containsEntry("argument", "l");
    }
}

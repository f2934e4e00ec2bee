package dev.atoll.system;

import static dev.atoll.system.harness.Tables.column;
import static dev.atoll.system.harness.Tables.count;
import static dev.atoll.system.harness.Tables.get;
import static dev.atoll.system.harness.Tables.insert;
import static dev.atoll.system.harness.Tables.json;
import static dev.atoll.system.harness.Tables.list;
import static dev.atoll.system.harness.Tables.search;
import static dev.atoll.system.harness.TablesCluster.fresh;
import static dev.atoll.system.harness.TablesCluster.refused;
import static dev.atoll.system.harness.TablesCluster.user;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.NOT_FOUND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.ListRows;
import dev.atoll.proto.v1.OperationResult;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.SearchRows;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.Sql;
import dev.atoll.system.harness.Tables;
import dev.atoll.system.harness.TestClient;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Typed reads through a router: pages, orders, filters and searches, of what a user may see. */
@ExtendWith(LogsOnFailure.class)
@TestInstance(Lifecycle.PER_CLASS)
class TableReadsIT {
    private static final ListRows LIST = ListRows.newBuilder().setTable("docs").build();

    private final TestClient alice = user("alice");
    private final TestClient bob = user("bob");

    /** Ten rows that all see, and ten of Alice's alone; titles and ids 00 to 19 in turn. */
    private final InstanceHandle mixed = fresh("ws");

    /** What filters are tried on. */
    private final InstanceHandle filtered = fresh("ws");

    @BeforeAll
    void fill() {
        var rows = new ArrayList<WriteOperation>();
        for (int i = 0; i < 20; i++) {
            rows.add(
                    insert(
                            "docs",
                            "id",
                            "%02d".formatted(i),
                            "title",
                            "%02d island".formatted(i),
                            "secret",
                            i % 2 == 1,
                            "n",
                            i / 4,
                            "ownerId",
                            "alice"));
        }
        mixed.mutate(rows.toArray(WriteOperation[]::new));
        filtered.mutate(
                insert(
                        "docs",
                        "id",
                        "1",
                        "title",
                        "one",
                        "n",
                        1,
                        "slug",
                        "x'y",
                        "secret",
                        true,
                        "meta",
                        json("{\"tags\":[\"red\",1]}"),
                        "ownerId",
                        "alice"),
                insert(
                        "docs",
                        "id",
                        "2",
                        "title",
                        "two",
                        "n",
                        2,
                        "kind",
                        "b",
                        "ownerId",
                        "alice",
                        "meta",
                        json("{\"tags\":[]}")),
                insert("docs", "id", "3", "title", "three", "kind", "b", "ownerId", "alice"));
    }

    private static String ids(OperationResult result) {
        return column(result, "id").stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    private OperationResult list(InstanceHandle instance, ListRows.Builder list) {
        return instance.read(Tables.list(list));
    }

    @Test
    void pagesAreFullOfWhatMayBeSeen() {
        var ofBob = mixed.through(bob);
        var first = list(ofBob, LIST.toBuilder().setPageSize(5));
        assertThat(ids(first)).isEqualTo("00 02 04 06 08");
        var second =
                list(ofBob, LIST.toBuilder().setPageSize(5).setPageToken(first.getNextPageToken()));
        assertThat(ids(second)).isEqualTo("10 12 14 16 18");
        assertThat(second.getNextPageToken()).isEmpty();
        assertThat(ofBob.read(count("docs", "")).getCount()).isEqualTo(10);
        assertThat(mixed.through(alice).read(count("docs", "")).getCount()).isEqualTo(20);
        assertThat(ofBob.read(search("docs", "island")).getRowsCount()).isEqualTo(10);
        refused(ofBob, get("docs", "01")).is(NOT_FOUND, "ROW_NOT_FOUND");
        assertThat(refused(ofBob, get("docs", "01")))
                .isEqualTo(refused(ofBob, get("docs", "none")));
        assertThat(refused(ofBob, get("docs", "01", "title")))
                .isEqualTo(refused(ofBob, get("docs", "none", "title")));
    }

    @Test
    void whatIsLeftOutOfARowChangesNothing() {
        var titles = list(mixed.through(bob), LIST.toBuilder().addFields("title"));
        assertThat(titles.getColumnsList()).hasSize(1);
        assertThat(titles.getRowsCount()).isEqualTo(10);
    }

    @Test
    void pagesFollowTheOrderToItsEnd() {
        var instance = fresh("ws");
        instance.mutate(
                insert("docs", "id", "a", "title", "t", "n", 2),
                insert("docs", "id", "b", "title", "t", "n", 2),
                insert("docs", "id", "c", "title", "t"),
                insert("docs", "id", "d", "title", "t", "n", 3),
                insert("docs", "id", "e", "title", "t"),
                insert("docs", "id", "f", "title", "t", "n", 1));
        var ordered = LIST.toBuilder().setOrderBy("n desc").setPageSize(2);
        var pages = new ArrayList<String>();
        var token = "";
        do {
            var page = list(instance, ordered.clone().setPageToken(token));
            pages.add(ids(page));
            token = page.getNextPageToken();
        } while (!token.isEmpty());
        assertThat(pages).containsExactly("d b", "a f", "e c");

        var next = list(instance, ordered.clone()).getNextPageToken();
        for (var other :
                List.of(
                        ordered.clone().setOrderBy("n"),
                        ordered.clone().setFilter("row.n > 0"),
                        LIST.toBuilder().setTable("shown").setPageSize(2))) {
            refused(instance, Tables.list(other.setPageToken(next)))
                    .is(INVALID_ARGUMENT, "PAGE_TOKEN_INVALID");
        }
        refused(instance.through(alice), Tables.list(ordered.clone().setPageToken(next)))
                .is(INVALID_ARGUMENT, "PAGE_TOKEN_INVALID");
        refused(instance, Tables.list(ordered.clone().setPageToken("x")))
                .is(INVALID_ARGUMENT, "PAGE_TOKEN_INVALID");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1_001})
    void aPageHasALimit(int size) {
        assertThat(refused(mixed, Tables.list(LIST.toBuilder().setPageSize(size))).code())
                .isEqualTo(INVALID_ARGUMENT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    row.n == 1                                        => 1
                    row.n != 1                                        => 2
                    row.n < 2                                         => 1
                    row.n <= 2                                        => 1 2
                    row.n > 1                                         => 2
                    row.n >= 1                                        => 1 2
                    row.n in [2, 3]                                   => 2
                    !(row.n in [2, 3])                                => 1
                    row.n == null                                     => 3
                    row.n != null                                     => 1 2
                    row.n != 5                                        => 1 2
                    !(row.n == 5)                                     => 1 2
                    row.title.contains('e')                           => 1 3
                    row.title.startsWith('t')                         => 2 3
                    row.title.endsWith('o')                           => 2
                    size(row.title) == 3                              => 1 2
                    row.n == 1 && row.kind == 'a'                     => 1
                    row.n == 1 || row.kind == 'b'                     => 1 2 3
                    !(row.n == 1 && (row.kind == 'a' || row.secret))  => 2 3
                    'red' in row.meta.tags                            => 1
                    row.secret                                        => 1
                    !row.secret                                       => 2 3
                    row.slug == "x'y"                                 => 1
                    """)
    void filters(String filter, String found) {
        assertThat(ids(filtered.read(Tables.list("docs", filter)))).isEqualTo(found);
        assertThat(filtered.read(count("docs", filter)).getCount())
                .isEqualTo(found.split(" ").length);
        assertThat(ids(filtered.through(alice).read(Tables.list("docs", filter)))).isEqualTo(found);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    row.nothing == 1    => 5
                    lower(row.title)    => 1
                    row.n == 'one'      => 7
                    row.n ==            => 9
                    auth.id == 'alice'  => 1
                    """)
    void aWrongFilterIsRefusedWithItsPlace(String filter, String column) {
        for (var instance : List.of(filtered, filtered.through(alice))) {
            refused(instance, Tables.list("docs", filter))
                    .is(INVALID_ARGUMENT, "FILTER_INVALID")
                    .with("line", "1")
                    .with("column", column);
            refused(instance, Tables.deleteWhere("docs", filter))
                    .is(INVALID_ARGUMENT, "FILTER_INVALID");
        }
        assertThat(filtered.read(count("docs", "")).getCount()).isEqualTo(3);
    }

    @Test
    void listsInFiltersHaveALimit() {
        assertThat(filtered.read(count("docs", "row.n in " + numbers(1_000))).getCount())
                .isEqualTo(2);
        refused(filtered, count("docs", "row.n in " + numbers(10_001)))
                .is(INVALID_ARGUMENT, "LIMIT_EXCEEDED");
        var argument = LIST.toBuilder().setFilter("row.n in args.l");
        assertThat(ids(list(filtered, argument.clone().putArgs("l", json(numbers(1_000))))))
                .isEqualTo("1 2");
        refused(filtered, Tables.list(argument.clone().putArgs("l", json(numbers(10_001)))))
                .is(INVALID_ARGUMENT, "LIMIT_EXCEEDED");
        assertThat(
                        ids(
                                list(
                                        filtered,
                                        LIST.toBuilder()
                                                .setFilter("row.n > args.least")
                                                .putArgs("least", Sql.value(1)))))
                .isEqualTo("2");
    }

    private static String numbers(int most) {
        return IntStream.rangeClosed(1, most)
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(",", "[", "]"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    lagoon              => 1 2
                    LAGOON              => 1 2
                    "blue lagoon"       => 1
                    lag*                => 1 2
                    a                   => 2
                    of                  => 2
                    lagoon blue         => 1
                    nothing             => -
                    a-b* "x" OR         => -
                    " OR NEAR( ^ : {}   => -
                    title:lagoon        => -
                    """)
    void searches(String text, String found) {
        var instance = fresh("ws");
        instance.mutate(
                insert("docs", "id", "1", "title", "the blue lagoon"),
                insert("docs", "id", "2", "title", "lagoon of a different colour"),
                insert("docs", "id", "3", "title", "an island"));
        var ids =
                column(instance.read(search("docs", text)), "id").stream()
                        .map(String::valueOf)
                        .sorted()
                        .collect(Collectors.joining(" "));
        assertThat(ids).isEqualTo(found.equals("-") ? "" : found);
    }

    @Test
    void marksWhatASearchHasFound() {
        var marked =
                mixed.read(
                        Tables.search("docs", "07").toBuilder()
                                .setSearch(
                                        SearchRows.newBuilder()
                                                .setTable("docs")
                                                .setText("07")
                                                .setHighlight(true))
                                .build());
        assertThat(column(marked, "title")).containsExactly("<mark>07</mark> island");
    }

    @Test
    void aPageCanBeStreamed() {
        var parts = new ArrayList<dev.atoll.proto.v1.QueryStreamResponse>();
        alice.database()
                .queryStream(
                        QueryRequest.newBuilder()
                                .setInstance(mixed.key())
                                .addOperations(Tables.list(LIST.toBuilder().setPageSize(15)))
                                .build())
                .forEachRemaining(parts::add);
        assertThat(parts.getFirst().getColumns().getColumns(0).getName()).isEqualTo("id");
        assertThat(parts.stream().mapToInt(part -> part.getRows().getRowsCount()).sum())
                .isEqualTo(15);
        assertThat(parts.getLast().getEnd().getNextPageToken()).isNotEmpty();
        assertThat(parts.getLast().getEnd().hasStats()).isFalse();
    }
}

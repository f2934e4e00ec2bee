package dev.atoll.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import dev.atoll.proto.v1.CountRows;
import dev.atoll.proto.v1.ListRows;
import dev.atoll.proto.v1.OperationResult;
import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.proto.v1.Value;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What typed operations send, and what they make of what comes. */
@Timeout(60)
class TableTest {
    private FakeServer server;
    private Atoll atoll;
    private Table invoices;

    @BeforeEach
    void start() throws Exception {
        server = new FakeServer();
        atoll = server.client().build();
        invoices = atoll.db("workspace", "acme").table("invoices");
    }

    @AfterEach
    void stop() {
        atoll.close();
        server.close();
    }

    record Invoice(
            @Nullable String id,
            @Nullable Instant createdAt,
            long amount,
            Optional<String> note,
            @Field(computed = true) double total,
            @Field("class") String kind) {}

    private ReadOperation read() {
        return server.queries.remove().getOperations(0);
    }

    private WriteOperation written() {
        return server.mutations.remove().getOperations(0);
    }

    private static Value text(String text) {
        return Value.newBuilder().setText(text).build();
    }

    private static Value integer(long value) {
        return Value.newBuilder().setInteger(value).build();
    }

    private static OperationResult page(String next, String... ids) {
        var result = OperationResult.newBuilder().setNextPageToken(next);
        result.addColumnsBuilder().setName("id").setDeclaredType("text");
        Arrays.stream(ids).forEach(id -> result.addRowsBuilder().addValues(text(id)));
        return result.build();
    }

    @Test
    void sendsAFilterItsValuesAnOrderAndFields() {
        server.answers(page("", "a"));
        var list =
                invoices.where("row.amount > args.min", Map.of("min", 10))
                        .where("row.state == 'open'")
                        .orderBy("amount desc")
                        .fields("id", "amount")
                        .list();
        assertThat(server.queries).isEmpty();
        assertThat(list.stream().map(row -> row.text("id"))).containsExactly("a");
        assertThat(read().getList())
                .isEqualTo(
                        ListRows.newBuilder()
                                .setTable("invoices")
                                .setFilter("(row.amount > args.min\n) && (row.state == 'open'\n)")
                                .putArgs("min", integer(10))
                                .setOrderBy("amount desc")
                                .setPageSize(100)
                                .addFields("id")
                                .addFields("amount")
                                .build());
    }

    @Test
    void refusesWhatCannotBeSentBeforeSending() {
        assertThatIllegalArgumentException().isThrownBy(() -> invoices.where(" "));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> invoices.where("true", Map.of("a", List.of(1))))
                .withMessageStartingWith("args.a: ");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                invoices.where("row.a == args.a", Map.of("a", 1))
                                        .where("row.b == args.a", Map.of("a", 2)))
                .withMessageStartingWith("args.a: two values");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> invoices.orderBy("amount").search("fish"));
        assertThatIllegalArgumentException().isThrownBy(() -> invoices.list().page(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> invoices.insert(Map.of("at", List.of())))
                .withMessageStartingWith("field at: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> atoll.db("workspace", "acme").table(""));
        assertThat(server.queries).isEmpty();
        assertThat(server.mutations).isEmpty();
    }

    @Test
    void readsAllPages() {
        server.answers(page("p2", "a", "b")).answers(page("p3")).answers(page("", "c"));
        var list = invoices.list().inPagesOf(2);
        assertThat(list.stream().map(row -> row.text(0))).containsExactly("a", "b", "c");
        assertThat(server.queries)
                .extracting(query -> query.getOperations(0).getList())
                .extracting(ListRows::getPageSize, ListRows::getPageToken)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(2, ""),
                        org.assertj.core.groups.Tuple.tuple(2, "p2"),
                        org.assertj.core.groups.Tuple.tuple(2, "p3"));
    }

    @Test
    void readsOnePage() {
        server.answers(page("p2", "a", "b"));
        var page = invoices.orderBy("n").list().page(2, "p1");
        assertThat(page.nextPageToken()).isEqualTo("p2");
        assertThat(page.isLast()).isFalse();
        assertThat(page.rows().size()).isEqualTo(2);
        assertThat(read().getList().getPageToken()).isEqualTo("p1");
    }

    @Test
    void handsOnAllRowsWithoutWaiting() throws Exception {
        server.answers(page("p2", "a")).answers(page("", "b"));
        var ids = new ArrayList<String>();
        var rows = atoll.db("workspace:acme").async().table("invoices").list();
        rows.forEach(row -> ids.add(row.text("id"))).get(30, TimeUnit.SECONDS);
        assertThat(ids).containsExactly("a", "b");
    }

    @Test
    void aConsumerThatThrowsEndsTheReading() {
        server.answers(page("p2", "a"));
        var rows = atoll.db("workspace:acme").async().table("invoices").list();
        var end =
                rows.forEach(
                        row -> {
                            throw new IllegalStateException("enough");
                        });
        assertThatThrownBy(() -> end.get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("enough");
        assertThat(server.queries).hasSize(1);
    }

    @Test
    void aReadingFailsAsItsCallDoes() {
        server.fails(Failure.of(Reason.TABLE_NOT_FOUND, "none"));
        var end = atoll.db("workspace:acme").async().table("x").list().forEach(row -> {});
        assertThatThrownBy(() -> end.get(30, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        AtollException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.TABLE_NOT_FOUND));
    }

    @Test
    void cancellingAReadingCancelsItsCall() throws Exception {
        server.hangs = true;
        var end = atoll.db("workspace:acme").async().table("x").list().forEach(row -> {});
        assertThat(server.arrived.await(30, TimeUnit.SECONDS)).isTrue();
        end.cancel(true);
        assertThat(server.cancelled.await(30, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(end::join).isInstanceOf(CancellationException.class);
    }

    @Test
    void getsFindsAndCounts() {
        server.answers(page("", "a"));
        assertThat(invoices.get("a", "id").text("id")).isEqualTo("a");
        var get = read().getGet();
        assertThat(get.getTable()).isEqualTo("invoices");
        assertThat(get.getId()).isEqualTo("a");
        assertThat(get.getFieldsList()).containsExactly("id");

        server.answers(page(""));
        assertThat(invoices.find("it's")).isEmpty();
        assertThat(read().getList().getArgsMap()).containsEntry("id", text("it's"));

        server.answers(OperationResult.newBuilder().setCount(7).build());
        assertThat(invoices.where("row.n > 1").count()).isEqualTo(7);
        assertThat(read().getCount())
                .isEqualTo(
                        CountRows.newBuilder().setTable("invoices").setFilter("row.n > 1").build());
    }

    @Test
    void searches() {
        server.answers(page("p2", "a")).answers(page("", "b"));
        var found = invoices.where("row.n > 1").fields("id").searchHighlighted("fi*").inPagesOf(1);
        assertThat(found.stream()).hasSize(2);
        var first = read().getSearch();
        assertThat(first.getText()).isEqualTo("fi*");
        assertThat(first.getFilter()).isEqualTo("row.n > 1");
        assertThat(first.getHighlight()).isTrue();
        assertThat(first.getPageSize()).isEqualTo(1);
        assertThat(read().getSearch().getPageToken()).isEqualTo("p2");
    }

    @Test
    void insertsMapsAndRecords() {
        server.answers(page("", "a"));
        var fields = new HashMap<String, @Nullable Object>(Map.of("amount", 5));
        fields.put("note", null);
        fields.put("meta", new Json("{}"));
        assertThat(invoices.insert(fields).id()).isEqualTo("a");
        assertThat(written().getInsert().getFieldsMap())
                .containsOnlyKeys("amount", "note", "meta")
                .containsEntry("amount", integer(5))
                .containsEntry("meta", Value.newBuilder().setJson("{}").build());

        invoices.insert(new Invoice(null, Instant.EPOCH, 5, Optional.empty(), 6.5, "b"));
        assertThat(written().getInsert().getFieldsMap())
                .containsOnlyKeys("amount", "class")
                .containsEntry("class", text("b"));
    }

    @Test
    void updatesByMapsRecordsAndPatches() {
        invoices.update("a", Map.of("amount", 5));
        assertThat(written().getUpdate().getFieldsMap()).containsOnlyKeys("amount");

        invoices.update(new Invoice("a", Instant.EPOCH, 5, Optional.empty(), 6.5, "b"));
        var update = written().getUpdate();
        assertThat(update.getId()).isEqualTo("a");
        assertThat(update.getFieldsMap()).containsOnlyKeys("amount", "note", "class");
        assertThat(update.getFieldsOrThrow("note").hasNull()).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> invoices.update(new Invoice(null, null, 5, Optional.empty(), 0, "b")))
                .withMessageContaining("no id");

        invoices.update("a", Patch.nothing().set("note", "x").increment("amount", 2));
        var patched = written().getUpdate();
        assertThat(patched.getFieldsMap()).containsOnlyKeys("note");
        assertThat(patched.getIncrementMap()).containsEntry("amount", integer(2));

        invoices.increment("a", "amount", 0.5);
        assertThat(written().getUpdate().getIncrementMap())
                .containsEntry("amount", Value.newBuilder().setReal(0.5).build());
        invoices.where("row.n > 1").increment("amount", 1);
        assertThat(written().getUpdateWhere().getFilter()).isEqualTo("row.n > 1");
        invoices.where("row.n > 1").update(Map.of("note", "x"));
        assertThat(written().getUpdateWhere().getFieldsMap()).containsOnlyKeys("note");
    }

    @Test
    void upsertsAndDeletes() {
        invoices.upsert(Map.of("id", "a", "amount", 1));
        assertThat(written().getUpsert().getConflictField()).isEmpty();
        invoices.upsertBy("slug", Map.of("slug", "s"));
        assertThat(written().getUpsert().getConflictField()).isEqualTo("slug");
        invoices.delete("a");
        assertThat(written().getDelete().getId()).isEqualTo("a");
        invoices.where("row.n > args.n", Map.of("n", 1)).delete();
        assertThat(written().getDeleteWhere().getArgsMap()).containsKey("n");
        invoices.all().delete();
        assertThat(written().getDeleteWhere().getFilter()).isEmpty();
    }

    @Test
    void mixesTypedOperationsAndStatementsInOneMutation() {
        server.answers(page("", "a"))
                .answers(OperationResult.newBuilder().setChanges(1).build())
                .answers(OperationResult.newBuilder().setCount(3).build())
                .answers(page("p2", "b"));
        var mutation =
                atoll.db("workspace:acme")
                        .mutate(
                                tx -> {
                                    var table = tx.table("invoices");
                                    table.insert(Map.of("amount", 1));
                                    tx.execute("DELETE FROM invoices WHERE amount = ?", 9);
                                    table.count();
                                    table.where("row.n > 1").orderBy("n").page(1);
                                    table.increment("a", "amount", 1).expectChanges(1);
                                });
        assertThat(server.mutations).hasSize(1);
        var sent = server.mutations.remove();
        assertThat(sent.getOperationsList())
                .extracting(WriteOperation::getOperationCase)
                .containsExactly(
                        WriteOperation.OperationCase.INSERT,
                        WriteOperation.OperationCase.SQL,
                        WriteOperation.OperationCase.COUNT,
                        WriteOperation.OperationCase.LIST,
                        WriteOperation.OperationCase.UPDATE);
        assertThat(sent.getOperations(4).getExpectChanges()).isEqualTo(1);
        var results = mutation.results();
        assertThat(results.get(0).id()).isEqualTo("a");
        assertThat(results.get(2).count()).isEqualTo(3);
        assertThat(results.get(3).nextPageToken()).isEqualTo("p2");
        assertThatIllegalStateException().isThrownBy(mutation::id);
        assertThatThrownBy(() -> results.get(1).id()).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void mapsDeclaredTypesToRecords() {
        record Seen(boolean paid, Instant at, Json meta, Optional<Json> more, String className) {}
        var result = OperationResult.newBuilder();
        for (var name : List.of("paid", "at", "meta", "more", "class_name")) {
            result.addColumnsBuilder().setName(name);
        }
        result.addRowsBuilder()
                .addValues(Value.newBuilder().setBoolean(true))
                .addValues(
                        Value.newBuilder()
                                .setTimestamp(Timestamp.newBuilder().setSeconds(1).setNanos(2_000)))
                .addValues(Value.newBuilder().setJson("{\"a\": 1}"))
                .addValues(Value.newBuilder().setJson("[]"))
                .addValues(text("x"));
        server.answers(result.build());
        assertThat(invoices.list().as(Seen.class))
                .containsExactly(
                        new Seen(
                                true,
                                Instant.ofEpochSecond(1, 2_000),
                                new Json("{\"a\": 1}"),
                                Optional.of(new Json("[]")),
                                "x"));
    }

    @Test
    void aNameThatIsGivenIsTheOnlyOne() {
        record Named(@Field("a_b") String text) {}
        server.answers(List.of("ab", "a_b"), text("wrong"), text("right"));
        assertThat(invoices.list().as(Named.class)).containsExactly(new Named("right"));
        server.answers(List.of("ab"), text("wrong"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> invoices.list().as(Named.class))
                .withMessageContaining("no such column");
    }

    @Test
    void writesArraysOfJson() {
        assertThat(
                        Json.array(
                                        Arrays.asList(
                                                "a\"\\\n\u2028ü",
                                                1,
                                                2.5,
                                                true,
                                                null,
                                                new Json("{}")))
                                .text())
                .isEqualTo("[\"a\\\"\\\\\\u000a\u2028ü\", 1, 2.5, true, null, {}]");
        assertThatIllegalArgumentException().isThrownBy(() -> Json.array(List.of(Double.NaN)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.array(List.of(Instant.EPOCH)))
                .withMessageContaining("timestamp");
    }
}

package dev.atoll.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.atoll.client.Atoll;
import dev.atoll.client.AtollException;
import dev.atoll.client.Instance;
import dev.atoll.client.Json;
import dev.atoll.client.Patch;
import dev.atoll.client.Row;
import dev.atoll.client.Table;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.TablesCluster;
import dev.atoll.wire.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** Typed operations by the Java client, through a router, by users and by a service. */
@ExtendWith(LogsOnFailure.class)
@TestInstance(Lifecycle.PER_CLASS)
class JavaClientTablesIT {
    private final Atoll alice =
            TablesCluster.javaClient(TablesCluster.get().issuer().user("alice"));
    private final Atoll bob = TablesCluster.javaClient(TablesCluster.get().issuer().user("bob"));
    private final Atoll service =
            TablesCluster.javaClient(
                    TablesCluster.get().issuer().service("tester", "*=read,write"));

    @AfterAll
    void close() {
        alice.close();
        bob.close();
        service.close();
    }

    record Doc(
            @Nullable String id,
            @Nullable Instant createdAt,
            String title,
            @Nullable Long n,
            Optional<String> kind,
            boolean secret,
            @Nullable Instant at,
            @Nullable Json meta,
            String ownerId) {
        Doc titled(String other) {
            return new Doc(id, createdAt, other, n, kind, secret, at, meta, ownerId);
        }
    }

    private static Doc doc(String title, @Nullable Long n) {
        return new Doc(null, null, title, n, Optional.empty(), false, null, null, "alice");
    }

    private static Map<String, Object> fields(String title, long n) {
        return Map.of("title", title, "n", n, "ownerId", "alice");
    }

    private Instance ofAlice() {
        return alice.db("ws", TablesCluster.freshId());
    }

    private static void assertRefused(Reason reason, Runnable call) {
        assertThatExceptionOfType(AtollException.class)
                .isThrownBy(call::run)
                .satisfies(failure -> assertThat(failure.reason()).isEqualTo(reason));
    }

    @Test
    void recordsGoInAndComeOut() {
        var docs = ofAlice().table("docs");
        var at = Instant.parse("2026-11-21T12:00:00.123456Z");
        var meta = new Json("{\"a\":[1,null]}");
        var written = new Doc(null, null, "first", 5L, Optional.empty(), true, at, meta, "alice");
        var id = docs.insert(written).id();

        var read = docs.get(id).as(Doc.class);
        assertThat(read.createdAt()).isNotNull();
        assertThat(read)
                .isEqualTo(
                        new Doc(
                                id,
                                read.createdAt(),
                                "first",
                                5L,
                                Optional.of("a"),
                                true,
                                at,
                                meta,
                                "alice"));

        assertThat(docs.update(read.titled("second")).changes()).isEqualTo(1);
        var again = docs.list().as(Doc.class);
        assertThat(again).containsExactly(read.titled("second"));
    }

    @Test
    void aRowIsFoundChangedAndDeletedByItsId() {
        var docs = ofAlice().table("docs");
        var id = docs.insert(fields("one", 1)).id();
        docs.increment(id, "n", 5);
        docs.update(id, Patch.nothing().set("kind", null).increment("n", -2));
        assertThat(docs.get(id, "n", "kind").toString()).isEqualTo("{n=4, kind=null}");
        assertThat(docs.find(id, "title").map(row -> row.text("title"))).contains("one");
        assertThat(docs.delete(id).changes()).isEqualTo(1);
        assertThat(docs.find(id)).isEmpty();
        assertRefused(Reason.ROW_NOT_FOUND, () -> docs.get(id));
        assertRefused(Reason.ROW_NOT_FOUND, () -> docs.increment(id, "n", 1));
    }

    @Test
    void upsertsByIdAndByAnotherUniqueField() {
        var docs = ofAlice().table("docs");
        var row = Map.of("slug", "s", "title", "one", "ownerId", "alice");
        var id = docs.upsertBy("slug", row).id();
        assertThat(docs.upsertBy("slug", Map.of("slug", "s", "title", "two")).id()).isEqualTo(id);
        assertThat(docs.upsert(Map.of("id", id, "n", 7)).id()).isEqualTo(id);
        assertThat(docs.count()).isEqualTo(1);
        assertThat(docs.get(id, "title", "n").toString()).isEqualTo("{title=two, n=7}");
    }

    private static Table filled(Instance instance, int rows) {
        instance.mutate(
                tx ->
                        IntStream.range(0, rows)
                                .forEach(i -> tx.table("docs").insert(fields("row " + i, i))));
        return instance.table("docs");
    }

    @Test
    void pagesFollowOneAnother() throws Exception {
        var instance = ofAlice();
        var docs = filled(instance, 25);
        var list = docs.where("row.n >= args.min", Map.of("min", 5)).orderBy("n desc").list();

        var first = list.page(8);
        assertThat(first.rows().stream().map(row -> row.integer("n"))).first().isEqualTo(24L);
        assertThat(first.rows().size()).isEqualTo(8);
        var second = list.page(8, first.nextPageToken());
        assertThat(second.rows().get(0).integer("n")).isEqualTo(16);
        assertThat(second.isLast()).isFalse();
        assertThat(list.page(8, second.nextPageToken()).isLast()).isTrue();
        assertRefused(Reason.PAGE_TOKEN_INVALID, () -> docs.list().page(8, first.nextPageToken()));

        var descending = IntStream.iterate(24, i -> i >= 5, i -> i - 1).asLongStream().boxed();
        assertThat(list.inPagesOf(8).stream().map(row -> row.integer("n")))
                .containsExactlyElementsOf(descending.toList());
        assertThat(list.first().map(row -> row.integer("n"))).contains(24L);

        var seen = new ArrayList<Long>();
        instance.async()
                .table("docs")
                .orderBy("n")
                .fields("n")
                .list()
                .inPagesOf(7)
                .forEach(row -> seen.add(row.integer("n")))
                .get(30, TimeUnit.SECONDS);
        assertThat(seen).hasSize(25).isSorted();
    }

    @Test
    void whatAFilterFindsIsCountedChangedAndDeleted() {
        var docs = filled(ofAlice(), 10);
        assertThat(docs.where("row.n < 4").count()).isEqualTo(4);
        assertThat(docs.where("row.n < 4").where("row.n > 1").count()).isEqualTo(2);
        assertThat(docs.where("row.n in args.ns", Map.of("ns", Json.array(List.of(1, 7, 70)))))
                .satisfies(some -> assertThat(some.count()).isEqualTo(2));
        assertThat(docs.where("row.n < 4").update(Map.of("kind", "b")).changes()).isEqualTo(4);
        assertThat(docs.where("row.kind == 'b'").increment("n", 100).changes()).isEqualTo(4);
        assertThat(docs.where("row.n >= 100").delete().changes()).isEqualTo(4);
        assertThat(docs.count()).isEqualTo(6);
        assertRefused(Reason.FILTER_INVALID, () -> docs.where("row.none == 1").count());
    }

    @Test
    void searches() {
        var docs = ofAlice().table("docs");
        docs.insert(fields("buy red fish", 1));
        docs.insert(fields("feed the fish", 2));
        docs.insert(fields("feed the cat", 3));
        assertThat(docs.search("fish").stream()).hasSize(2);
        assertThat(
                        docs
                                .where("row.n > 1")
                                .fields("title")
                                .searchHighlighted("fi*")
                                .inPagesOf(1)
                                .stream()
                                .map(Row::toString))
                .containsExactly("{title=feed the <mark>fish</mark>}");
    }

    @Test
    void rulesHideRowsFromOthers() {
        var instance = ofAlice();
        var docs = instance.table("docs");
        var hidden =
                docs.insert(
                        new Doc(
                                null,
                                null,
                                "mine",
                                1L,
                                Optional.empty(),
                                true,
                                null,
                                null,
                                "alice"));
        docs.insert(doc("ours", 2L));

        var ofBob = bob.db(instance.key().toString()).table("docs");
        assertThat(ofBob.list().stream().map(row -> row.text("title"))).containsExactly("ours");
        assertThat(ofBob.count()).isEqualTo(1);
        assertThat(ofBob.find(hidden.id())).isEmpty();
        assertRefused(Reason.ROW_NOT_FOUND, () -> ofBob.delete(hidden.id()));
        assertRefused(Reason.RULE_DENIED, () -> ofBob.insert(doc("not his", 1L)));
        assertThat(ofBob.all().delete().changes()).isZero();
        assertRefused(
                Reason.RULE_DENIED, () -> bob.db(instance.key().toString()).query("SELECT 1"));
    }

    @Test
    void aServiceMixesTypedOperationsAndSqlInOneMutation() {
        var instance = service.db("ws", TablesCluster.freshId());
        var mutation =
                instance.mutate(
                        tx -> {
                            var docs = tx.table("docs");
                            docs.insert(doc("typed", 1L));
                            tx.execute("UPDATE docs SET n = n + 10 WHERE title = ?", "typed")
                                    .expectChanges(1);
                            docs.where("row.n == 11").page(5);
                            docs.count();
                        });
        var results = mutation.results();
        assertThat(results.get(2).rows().only().text("id")).isEqualTo(results.get(0).id());
        assertThat(results.get(3).count()).isEqualTo(1);

        assertRefused(
                Reason.EXPECTATION_FAILED,
                () ->
                        instance.mutate(
                                tx -> {
                                    tx.execute("DELETE FROM docs");
                                    tx.table("docs").where("row.n == 99").delete().expectChanges(1);
                                }));
        assertThat(instance.table("docs").count()).isEqualTo(1);
    }

    @Test
    void severalReadsSeeOneState() {
        var instance = ofAlice();
        var id = instance.table("docs").insert(doc("one", 1L)).id();
        instance.table("docs").insert(doc("two", 2L));
        var snapshot =
                instance.read(
                        reads -> {
                            reads.table("docs").get(id);
                            reads.table("docs").where("row.n > args.min", Map.of("min", 1)).count();
                            reads.table("docs").orderBy("n desc").fields("title").page(1);
                            reads.table("docs").orderBy("n desc").page(5);
                        });
        assertThat(snapshot.rows(0).only().text("title")).isEqualTo("one");
        assertThat(snapshot.count(1)).isEqualTo(1);
        assertThat(snapshot.rows(2).only().text("title")).isEqualTo("two");
        var token = snapshot.results().get(2).nextPageToken();
        assertThat(snapshot.results().get(3).nextPageToken()).isEmpty();
        var next =
                instance.read(
                        reads ->
                                reads.table("docs")
                                        .orderBy("n desc")
                                        .fields("title")
                                        .page(1, token));
        assertThat(next.rows(0).only().text("title")).isEqualTo("one");

        assertRefused(
                Reason.RULE_DENIED,
                () -> instance.read(reads -> reads.query("SELECT n FROM docs")));
        var ofService =
                service.db(instance.key().toString())
                        .read(
                                reads -> {
                                    reads.query("SELECT count(*) FROM docs");
                                    reads.table("docs").count();
                                });
        assertThat(ofService.rows(0).only().integer(0)).isEqualTo(ofService.count(1)).isEqualTo(2);
        assertRefused(
                Reason.ROW_NOT_FOUND,
                () ->
                        instance.read(
                                reads -> {
                                    reads.table("docs").count();
                                    reads.table("docs").get("none");
                                }));
    }

    @Test
    void callsThatDoNotWaitSayTheSame() throws Exception {
        var docs = ofAlice().async().table("docs");
        var id = docs.insert(doc("one", null)).get(30, TimeUnit.SECONDS).id();
        docs.increment(id, "n", 5).get(30, TimeUnit.SECONDS);
        assertThat(docs.get(id).get(30, TimeUnit.SECONDS).integer("n")).isEqualTo(5);
        assertThat(docs.find("none").get(30, TimeUnit.SECONDS)).isEmpty();
        assertThat(docs.where("row.n == 5").count().get(30, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(docs.delete(id).get(30, TimeUnit.SECONDS).changes()).isEqualTo(1);
    }
}

package dev.atoll.system;

import static dev.atoll.system.harness.Tables.column;
import static dev.atoll.system.harness.Tables.count;
import static dev.atoll.system.harness.Tables.get;
import static dev.atoll.system.harness.Tables.insert;
import static dev.atoll.system.harness.Tables.list;
import static dev.atoll.system.harness.Tables.search;
import static dev.atoll.system.harness.TablesCluster.freshId;
import static dev.atoll.system.harness.TablesCluster.refused;
import static io.grpc.Status.Code.ALREADY_EXISTS;
import static io.grpc.Status.Code.FAILED_PRECONDITION;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.NOT_FOUND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.ApplyConfigRequest;
import dev.atoll.proto.v1.ApplyConfigResponse;
import dev.atoll.system.harness.Eventually;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.Refusal;
import dev.atoll.system.harness.Sql;
import dev.atoll.system.harness.Tables;
import dev.atoll.system.harness.TestClient;
import dev.atoll.system.harness.TestCluster;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of instances when they are declared otherwise. */
@ExtendWith(LogsOnFailure.class)
@TestInstance(Lifecycle.PER_CLASS)
class TableSchemaIT {
    private static final String ACCESS =
            "access: { read: 'true', insert: 'true', update: 'true', delete: 'true' }";

    private final TestCluster cluster = new TestCluster("schema");
    private final Map<String, String> declared = new HashMap<>();
    private TestClient service = new TestClient(1, "");
    private TestClient user = service;

    @BeforeAll
    void start() {
        cluster.start(1, 1);
        service = cluster.client(0);
        user = cluster.client(0, cluster.issuer().user("alice"));
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    /** Declares one namespace anew, with one table {@code t}; the others stay as they are. */
    private ApplyConfigResponse declare(String namespace, String table, String... more) {
        return apply(namespace, table, true, more);
    }

    private ApplyConfigResponse apply(
            String namespace, String table, boolean allowed, String... more) {
        var block = new ArrayList<String>();
        block.add("  " + namespace + ":");
        block.add("    dynamic: true");
        block.add("    access: { create: 'true', access: 'true' }");
        block.add("    tables:");
        block.add("      t: { " + table + ", " + ACCESS + " }");
        for (var line : more) {
            block.add("    " + line);
        }
        var next = new HashMap<>(declared);
        next.put(namespace, String.join("\n", block));
        var yaml = "databases:\n" + String.join("\n", next.values()) + "\n";
        var reply =
                service.config()
                        .applyConfig(
                                ApplyConfigRequest.newBuilder()
                                        .setYaml(yaml)
                                        .setAllowDestructive(allowed)
                                        .build());
        declared.put(namespace, next.get(namespace));
        return reply;
    }

    private InstanceHandle fresh(String namespace) {
        return user.instance(namespace, freshId());
    }

    @Test
    void aNewFieldIsThereAtOnceAndARemovedOneIsNot() {
        declare("grow", "fields: { a: { type: text }, b: { type: text } }");
        var open = fresh("grow");
        open.run(insert("t", "id", "1", "a", "x", "b", "y"));
        declare(
                "grow",
                "fields: { a: { type: text }, c: { type: integer },"
                        + " d: { type: integer, required: true, default: 7 } }");
        var row = Tables.rows(open.read(get("t", "1"))).getFirst();
        assertThat(row)
                .containsEntry("a", "x")
                .containsEntry("c", Sql.NULL)
                .containsEntry("d", 7L)
                .doesNotContainKey("b");
        refused(open, insert("t", "b", "z")).is(INVALID_ARGUMENT, "VALIDATION_FAILED");
        refused(open, list("t", "row.b == 'y'")).is(INVALID_ARGUMENT, "FILTER_INVALID");
        open.run(insert("t", "id", "2", "d", 8));
        // Declared again, it is back, with its values.
        declare("grow", "fields: { a: { type: text }, b: { type: text } }");
        assertThat(column(open.read(list("t", "")), "b")).containsExactly("y", Sql.NULL);
    }

    @Test
    void aMigrationRenamesAndTheDataStays() {
        declare("rename", "fields: { old: { type: text, index: true } }, search: [old]");
        var instance = fresh("rename");
        instance.run(insert("t", "id", "1", "old", "lagoon"));
        declare(
                "rename",
                "fields: { new: { type: text, index: true } }, search: [new]",
                "migrations: [ { name: rename, sql: [ALTER TABLE t RENAME COLUMN old TO new] } ]");
        assertThat(column(instance.read(list("t", "row.new == 'lagoon'")), "id"))
                .containsExactly("1");
        assertThat(column(instance.read(search("t", "lagoon")), "id")).containsExactly("1");
        // A new instance has the tables, and needs no migration.
        var later = fresh("rename");
        later.run(insert("t", "new", "reef"));
        assertThat(later.read(count("t", "")).getCount()).isEqualTo(1);
    }

    @Test
    void anInstanceThatCannotFollowServesWhatItHas() {
        declare("strict", "fields: { a: { type: text }, b: { type: integer } }");
        var stuck = fresh("strict");
        stuck.mutate(insert("t", "id", "1", "a", "x"), insert("t", "id", "2", "a", "x"));
        var fine = fresh("strict");
        fine.run(insert("t", "id", "1", "a", "x", "b", 1));

        var report =
                declare(
                        "strict",
                        "fields: { a: { type: text, unique: true }, b: { type: integer,"
                                + " required: true }, c: { type: text } }");
        assertThat(report.getChangesList()).anyMatch(change -> change.contains("fails"));

        assertThat(column(fine.read(list("t", "row.a == 'x'")), "id")).containsExactly("1");
        refused(fine, insert("t", "a", "x", "b", 2)).is(ALREADY_EXISTS, "UNIQUE_VIOLATION");
        assertThat(column(stuck.read(get("t", "2", "a")), "a")).containsExactly("x");
        assertThat(stuck.read(count("t", "row.a == 'x'")).getCount()).isEqualTo(2);
        refused(stuck, get("t", "1")).is(FAILED_PRECONDITION, "MIGRATION_FAILED");
        assertThat(cluster.node(0).http("/metrics").body())
                .doesNotContain("atoll_node_instances_migration_failed_total 0.0");
        assertThat(cluster.node(0).log())
                .contains("stays on its old schema")
                .contains(stuck.key().getId());
        refused(stuck, insert("t", "a", "y", "b", 1, "c", "z"))
                .is(FAILED_PRECONDITION, "MIGRATION_FAILED");

        // Who makes its data fit brings it on its way.
        var repair = stuck.through(service);
        repair.mutate("UPDATE t SET a = id, b = 5");
        declare(
                "strict",
                "fields: { a: { type: text, unique: true }, b: { type: integer,"
                        + " required: true }, c: { type: text }, d: { type: text } }");
        assertThat(column(stuck.read(list("t", "")), "b")).containsExactly(5L, 5L);
        stuck.run(insert("t", "a", "y", "b", 1, "c", "z"));
    }

    @Test
    void aColumnOfAnotherTypeIsNeverTakenForTheDeclaredOne() {
        declare("types", "fields: { a: { type: text } }");
        var instance = fresh("types");
        instance.run(insert("t", "id", "1", "a", "five"));
        declare("types", "fields: { a: { type: integer } }");
        refused(instance, count("t", "row.a > 1")).is(FAILED_PRECONDITION, "MIGRATION_FAILED");
        refused(instance, get("t", "1")).is(FAILED_PRECONDITION, "MIGRATION_FAILED");
        declare("types", "fields: { a: { type: text } }");
        assertThat(column(instance.read(get("t", "1", "a")), "a")).containsExactly("five");
    }

    @Test
    void aMigrationHappensAsAWholeOrNotAtAll() {
        declare("whole", "fields: { a: { type: text } }");
        var instance = fresh("whole");
        instance.run(insert("t", "id", "1", "a", "x"));
        declare(
                "whole",
                "fields: { a: { type: text } }",
                "migrations: [ { name: two, sql: [\"UPDATE t SET a = 'changed'\","
                        + " \"INSERT INTO t (id, createdAt, updatedAt) VALUES ('1', 0, 0)\"] } ]");
        assertThat(column(instance.read(get("t", "1", "a")), "a")).containsExactly("x");
        assertThat(instance.read(count("t", "")).getCount()).isEqualTo(1);
    }

    @Test
    void aFullTextIndexFindsOlderRows() {
        declare("text", "fields: { a: { type: text } }");
        var instance = fresh("text");
        instance.run(insert("t", "id", "1", "a", "the blue lagoon"));
        refused(instance, search("t", "lagoon")).is(INVALID_ARGUMENT, "VALIDATION_FAILED");
        declare("text", "fields: { a: { type: text } }, search: [a]");
        assertThat(column(instance.read(search("t", "lagoon")), "id")).containsExactly("1");
    }

    @Test
    void whatLosesDataIsAskedForTwice() {
        declare("keep", "fields: { a: { type: text }, b: { type: text } }");
        var instance = fresh("keep");
        instance.run(insert("t", "b", "kept"));
        Refusal.of(() -> apply("keep", "fields: { a: { type: text } }", false))
                .is(FAILED_PRECONDITION, "EXPECTATION_FAILED");
        assertThat(column(instance.read(list("t", "")), "b")).containsExactly("kept");
        apply("keep", "fields: { a: { type: text } }", true);
        assertThat(instance.read(list("t", "")).getColumnsList())
                .noneMatch(field -> field.getName().equals("b"));
    }

    @Test
    void aWrongRuleIsRefusedAndTheOldOnesStay() {
        declare("ruled", "fields: { a: { type: text } }");
        var instance = fresh("ruled");
        instance.run(insert("t", "a", "x"));
        for (var rule :
                List.of("row.nothing == 1", "row.a == 1", "row.a.lowerAscii() == 'x'", "row.a")) {
            var yaml =
                    """
                    databases:
                      ruled:
                        tables:
                          t:
                            fields: { a: { type: text } }
                            access:
                              read: %s
                    """
                            .formatted(rule);
            Refusal.of(
                            () ->
                                    service.config()
                                            .applyConfig(
                                                    ApplyConfigRequest.newBuilder()
                                                            .setYaml(yaml)
                                                            .setAllowDestructive(true)
                                                            .build()))
                    .is(INVALID_ARGUMENT, "CONFIG_INVALID")
                    .saying("7:");
        }
        assertThat(instance.read(count("t", "")).getCount()).isEqualTo(1);
    }

    @Test
    void rulesChangeAtOnceAndTouchNoInstance() {
        declare("rules", "fields: { a: { type: text } }");
        var instance = fresh("rules");
        instance.run(insert("t", "a", "x"));
        var before = instance.through(service).describe().getBookmark();
        declare("rules", "fields: { a: { type: text, max: 5 } }", "limits: { size: 1MiB }");
        assertThat(instance.read(count("t", "")).getCount()).isEqualTo(1);
        refused(instance, insert("t", "a", "toolong")).is(INVALID_ARGUMENT, "VALIDATION_FAILED");
        assertThat(instance.through(service).describe().getBookmark()).isEqualTo(before);
    }

    @Test
    void aRowThatHasExpiredIsGone() {
        declare(
                "ttl",
                "fields: { code: { type: text, unique: true }, until: { type: datetime } },"
                        + " search: [code], ttl: until");
        var instance = fresh("ttl");
        var past = Instant.now().minusSeconds(5);
        instance.mutate(
                insert("t", "id", "gone", "code", "c", "until", past),
                insert("t", "id", "there", "code", "d", "until", Instant.now().plusSeconds(3_600)),
                insert("t", "id", "ever", "code", "e"));
        refused(instance, get("t", "gone")).is(NOT_FOUND, "ROW_NOT_FOUND");
        assertThat(column(instance.read(list("t", "")), "id")).containsExactly("ever", "there");
        assertThat(instance.read(count("t", "")).getCount()).isEqualTo(2);
        assertThat(instance.read(search("t", "c")).getRowsCount()).isZero();
        instance.run(insert("t", "id", "again", "code", "c"));
        assertThat(column(instance.read(search("t", "c")), "id")).containsExactly("again");

        instance.run(insert("t", "id", "late", "code", "l", "until", past));
        Eventually.await(
                "the expired row is deleted",
                Duration.ofMinutes(1),
                () ->
                        instance.through(service)
                                .rows("SELECT 1 FROM t WHERE id = 'late'")
                                .isEmpty());
    }

    @Test
    void anInstanceFromBeforeTheFirstFileIsBroughtAlong() {
        var id = freshId();
        try (var before = new TestCluster("before").start(1, 1)) {
            var old = before.client(0).instance("ws", id);
            old.having("CREATE TABLE own(a)", "INSERT INTO own VALUES (5)");
            before.client(0)
                    .config()
                    .applyConfig(
                            ApplyConfigRequest.newBuilder()
                                    .setYaml(
                                            "databases: { ws: { dynamic: true, access: { access:"
                                                    + " 'true' }, tables: { t: { fields: { a: { type:"
                                                    + " text } }, access: { read: 'true', insert:"
                                                    + " 'true' } } } } }")
                                    .build());
            var now = old.through(before.client(0, before.issuer().user("alice")));
            assertThat(now.read(count("t", "")).getCount()).isZero();
            now.run(insert("t", "a", "x"));
            assertThat(old.rows("SELECT a FROM own")).containsExactly(Sql.row(5));
        }
    }
}

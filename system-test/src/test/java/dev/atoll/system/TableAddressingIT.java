package dev.atoll.system;

import static dev.atoll.system.harness.Tables.count;
import static dev.atoll.system.harness.Tables.delete;
import static dev.atoll.system.harness.Tables.get;
import static dev.atoll.system.harness.Tables.id;
import static dev.atoll.system.harness.Tables.insert;
import static dev.atoll.system.harness.Tables.list;
import static dev.atoll.system.harness.TablesCluster.fresh;
import static dev.atoll.system.harness.TablesCluster.freshId;
import static dev.atoll.system.harness.TablesCluster.refused;
import static dev.atoll.system.harness.TablesCluster.user;
import static io.grpc.Status.Code.ALREADY_EXISTS;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.NOT_FOUND;
import static io.grpc.Status.Code.PERMISSION_DENIED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.Refusal;
import dev.atoll.system.harness.Sql;
import dev.atoll.system.harness.Tables;
import dev.atoll.system.harness.TablesCluster;
import dev.atoll.system.harness.TestClient;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Instances of declared namespaces through a router: which there are, who may create and call. */
@ExtendWith(LogsOnFailure.class)
class TableAddressingIT {
    private final TestClient service = TablesCluster.service();
    private final TestClient alice = user("alice");
    private final TestClient bob = user("bob");

    @Test
    void dynamicNamespacesNeedAnIdAndSingleOnesHaveNone() {
        for (var client : List.of(service, alice)) {
            for (var wrong :
                    List.of(client.instance("ws", ""), client.instance("catalog", "one"))) {
                refused(wrong, count("docs", "")).is(INVALID_ARGUMENT, "INSTANCE_KEY_INVALID");
                refused(wrong, insert("docs", "title", "t"))
                        .is(INVALID_ARGUMENT, "INSTANCE_KEY_INVALID");
            }
        }
        var catalog = alice.instance("catalog", "");
        var product = id(catalog.run(insert("products", "name", "reef")));
        assertThat(catalog.read(get("products", product, "name")).getRows(0).getValues(0).getText())
                .isEqualTo("reef");
    }

    static Stream<String> wrongIds() {
        return Stream.of("a:b", " ", "\t", "a\0b", "a\u0007", "a\u0085", "é".repeat(129));
    }

    @ParameterizedTest
    @MethodSource("wrongIds")
    void wrongIdsAreRefused(String id) {
        refused(alice.instance("ws", id), count("docs", ""))
                .is(INVALID_ARGUMENT, "INSTANCE_KEY_INVALID");
        refused(alice.instance("ws", id), insert("docs", "title", "t", "ownerId", "alice"))
                .is(INVALID_ARGUMENT, "INSTANCE_KEY_INVALID");
    }

    @Test
    void nothingIsDecodedInAnId() {
        var plain = freshId();
        var one = alice.instance("ws", "a" + plain);
        var other = alice.instance("ws", "%61" + plain);
        one.run(insert("docs", "title", "one", "ownerId", "alice"));
        refused(other, count("docs", "")).is(NOT_FOUND, "INSTANCE_NOT_FOUND");
        other.run(insert("docs", "title", "other", "ownerId", "alice"));
        assertThat(Tables.column(one.read(list("docs", "")), "title")).containsExactly("one");
        assertThat(Tables.column(other.read(list("docs", "")), "title")).containsExactly("other");
    }

    @Test
    void undeclaredNamespacesAreNotThere() {
        for (var client : List.of(service, alice)) {
            var unknown = client.instance("nowhere", "x");
            refused(unknown, count("docs", "")).is(NOT_FOUND, "NAMESPACE_NOT_FOUND");
            refused(unknown, insert("docs", "title", "t")).is(NOT_FOUND, "NAMESPACE_NOT_FOUND");
        }
        Refusal.of(() -> service.instance("nowhere", "x").create())
                .is(NOT_FOUND, "NAMESPACE_NOT_FOUND");
    }

    static Stream<ReadOperation> reads() {
        return Stream.of(
                get("members", "x"),
                list("members", ""),
                count("members", ""),
                count("nothing", ""),
                list("members", "row.nothing == 1"));
    }

    @ParameterizedTest
    @MethodSource("reads")
    void aForbiddenInstanceReadsAsAMissingOne(ReadOperation read) throws IOException {
        for (var namespace : List.of("closed", "team")) {
            var instance = fresh(namespace);
            long files = files();
            var missing = refused(instance.through(bob), read);
            missing.is(NOT_FOUND, "INSTANCE_NOT_FOUND");
            assertThat(files()).isEqualTo(files);
            Refusal.of(instance::describe).is(NOT_FOUND, "INSTANCE_NOT_FOUND");

            instance.run(insert("members", "userId", "alice"));
            assertThat(instance.through(alice).read(count("members", "")).getCount()).isEqualTo(1);
            assertThat(refused(instance.through(bob), read)).isEqualTo(missing);
        }
    }

    @Test
    void aForbiddenInstanceIsWrittenAsOneThatMayNotBeCreated() throws IOException {
        var instance = fresh("closed");
        long files = files();
        var missing = refused(instance.through(bob), insert("members", "userId", "bob"));
        missing.is(PERMISSION_DENIED, "CREATE_DENIED");
        assertThat(Refusal.of(() -> instance.through(bob).create())).isEqualTo(missing);
        assertThat(files()).isEqualTo(files);
        Refusal.of(instance::describe).is(NOT_FOUND, "INSTANCE_NOT_FOUND");
        var deletion = Refusal.of(() -> instance.through(bob).delete());
        deletion.is(NOT_FOUND, "INSTANCE_NOT_FOUND");

        instance.run(insert("members", "userId", "alice"));
        assertThat(refused(instance.through(bob), insert("members", "userId", "bob")))
                .isEqualTo(missing);
        assertThat(refused(instance.through(bob), insert("nothing", "a", "b"))).isEqualTo(missing);
        assertThat(Refusal.of(() -> instance.through(bob).create())).isEqualTo(missing);
        assertThat(Refusal.of(() -> instance.through(bob).delete())).isEqualTo(deletion);
        assertThat(instance.read(count("members", "")).getCount()).isEqualTo(1);
    }

    @Test
    void aClaimDecidesWhoCreates() {
        var instance = fresh("refused");
        var note = insert("notes", "a", "b");
        refused(instance.through(alice), note).is(PERMISSION_DENIED, "CREATE_DENIED");
        refused(instance.through(user("alice", "plan", "free")), note)
                .is(PERMISSION_DENIED, "CREATE_DENIED");
        refused(instance.through(user("alice", "plan", List.of("pro"))), note)
                .is(PERMISSION_DENIED, "CREATE_DENIED");
        var pro = instance.through(user("alice", "plan", "pro"));
        pro.run(note);
        assertThat(pro.read(count("notes", "")).getCount()).isEqualTo(1);
        refused(instance.through(alice), note).is(PERMISSION_DENIED, "CREATE_DENIED");
    }

    @Test
    void aCreatorWhoWouldNotGetInCreatesNothing() throws IOException {
        var instance = fresh("team");
        long files = files();
        refused(instance.through(alice), insert("members", "userId", "bob"))
                .is(PERMISSION_DENIED, "CREATE_DENIED");
        Refusal.of(() -> instance.through(alice).create()).is(PERMISSION_DENIED, "CREATE_DENIED");
        refused(instance.through(alice), insert("members", "userId", 5))
                .is(INVALID_ARGUMENT, "VALIDATION_FAILED");
        Refusal.of(instance::describe).is(NOT_FOUND, "INSTANCE_NOT_FOUND");
        assertThat(files()).isEqualTo(files);
    }

    @Test
    void membersGetInAndStrangersDoNot() {
        var instance = fresh("team");
        var ofAlice = instance.through(alice);
        var ofBob = instance.through(bob);
        var first = id(ofAlice.run(insert("members", "userId", "alice")));
        refused(ofBob, count("members", "")).is(NOT_FOUND, "INSTANCE_NOT_FOUND");
        refused(ofBob, insert("members", "userId", "bob")).is(PERMISSION_DENIED, "CREATE_DENIED");

        ofAlice.run(insert("members", "userId", "bob"));
        assertThat(ofBob.read(count("members", "")).getCount()).isEqualTo(2);
        ofBob.run(delete("members", first));
        refused(ofAlice, count("members", "")).is(NOT_FOUND, "INSTANCE_NOT_FOUND");
        refused(ofAlice, insert("members", "userId", "alice"))
                .is(PERMISSION_DENIED, "CREATE_DENIED");
        assertThat(ofBob.read(count("members", "")).getCount()).isEqualTo(1);
    }

    @Test
    void aServiceCreatesWhereUsersMayNotAndWhatIsDeletedIsGone() throws IOException {
        var instance = fresh("closed");
        instance.run(insert("members", "userId", "alice"));
        long incarnation = instance.describe().getIncarnation();
        assertThat(files(incarnation)).isPositive();
        instance.delete();
        Refusal.of(instance::describe).is(NOT_FOUND, "INSTANCE_NOT_FOUND");
        refused(instance, count("members", "")).is(NOT_FOUND, "INSTANCE_NOT_FOUND");
        refused(instance.through(alice), count("members", "")).is(NOT_FOUND, "INSTANCE_NOT_FOUND");
        assertThat(files(incarnation)).isZero();
        assertThat(instance.create().getIncarnation()).isNotEqualTo(incarnation);
        assertThat(instance.read(count("members", "")).getCount()).isZero();
    }

    @Test
    void theDeleteRuleDecidesWhichUserDeletes() {
        var instance = fresh("ws");
        instance.through(alice).run(insert("docs", "title", "t", "ownerId", "alice"));
        Refusal.of(() -> instance.through(alice).delete()).is(PERMISSION_DENIED, "RULE_DENIED");
        assertThat(instance.read(count("docs", "")).getCount()).isEqualTo(1);
        instance.through(user("carol", "role", "admin")).delete();
        refused(instance, count("docs", "")).is(NOT_FOUND, "INSTANCE_NOT_FOUND");
    }

    @Test
    void usersCreateInstancesByThemselves() {
        var ofAlice = alice.instance("ws", freshId());
        assertThat(ofAlice.create().getIncarnation()).isPositive();
        Refusal.of(ofAlice::create).is(ALREADY_EXISTS, "INSTANCE_EXISTS");
        assertThat(ofAlice.read(count("docs", "")).getCount()).isZero();
    }

    @Test
    void everyUserHasHisOwn() {
        var name = "u" + freshId();
        var own = user(name).instance("user", name);
        own.run(insert("notes", "text", "mine"));
        assertThat(own.read(count("notes", "")).getCount()).isEqualTo(1);
        refused(own.through(bob), count("notes", "")).is(NOT_FOUND, "INSTANCE_NOT_FOUND");
        refused(own.through(bob), insert("notes", "text", "his"))
                .is(PERMISSION_DENIED, "CREATE_DENIED");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void usersMayNotAskForWhatIsForServices(boolean exists) {
        var instance = fresh("ws");
        if (exists) {
            instance.create();
        }
        var ofAlice = instance.through(alice);
        Refusal.of(ofAlice::describe).is(PERMISSION_DENIED, "RULE_DENIED");
        Refusal.of(ofAlice::verify).is(PERMISSION_DENIED, "RULE_DENIED");
        ofAlice.refusedQuery("SELECT 1").is(PERMISSION_DENIED, "RULE_DENIED");
        ofAlice.refusedMutate("CREATE TABLE t(a)").is(PERMISSION_DENIED, "RULE_DENIED");
    }

    @Test
    void namespacesOfSqlStartWithTheirMigrationsAndAreForServices() {
        var ledger = fresh("ledger");
        refused(ledger.through(alice), count("entry", "")).is(NOT_FOUND, "INSTANCE_NOT_FOUND");
        refused(ledger.through(alice), insert("entry", "amount", 1))
                .is(PERMISSION_DENIED, "CREATE_DENIED");
        ledger.mutate("INSERT INTO entry (amount) VALUES (?)", 5);
        assertThat(ledger.rows("SELECT amount FROM entry ORDER BY id"))
                .containsExactly(Sql.row(7), Sql.row(5));
        refused(ledger, count("entry", "")).is(NOT_FOUND, "TABLE_NOT_FOUND");
    }

    private static long files() throws IOException {
        return files("");
    }

    private static long files(long incarnation) throws IOException {
        return files(String.format("%016x", incarnation));
    }

    private static long files(String name) throws IOException {
        try (var files = Files.walk(TablesCluster.get().dataFolder(0).resolve("instances"))) {
            return files.filter(
                            file ->
                                    Files.isRegularFile(file)
                                            && file.getFileName().toString().startsWith(name))
                    .count();
        }
    }
}

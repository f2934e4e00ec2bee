package dev.atoll.system;

import static dev.atoll.system.harness.Tables.count;
import static dev.atoll.system.harness.Tables.delete;
import static dev.atoll.system.harness.Tables.get;
import static dev.atoll.system.harness.Tables.id;
import static dev.atoll.system.harness.Tables.insert;
import static dev.atoll.system.harness.Tables.list;
import static dev.atoll.system.harness.Tables.search;
import static dev.atoll.system.harness.Tables.update;
import static dev.atoll.system.harness.Tables.upsert;
import static dev.atoll.system.harness.TablesCluster.freshId;
import static dev.atoll.system.harness.TablesCluster.refused;
import static io.grpc.Status.Code.ALREADY_EXISTS;
import static io.grpc.Status.Code.FAILED_PRECONDITION;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.NOT_FOUND;
import static io.grpc.Status.Code.PERMISSION_DENIED;
import static io.grpc.Status.Code.RESOURCE_EXHAUSTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.ApplyConfigRequest;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.system.harness.DevServer;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.Refusal;
import dev.atoll.system.harness.RequestIds;
import dev.atoll.system.harness.Sql;
import dev.atoll.system.harness.Tables;
import dev.atoll.system.harness.TestClient;
import dev.atoll.system.harness.TestCluster;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Each section of {@code docs/visible-in-spite-of-rules.md}, on the file that it shows: what a user
 * learns of what rules hide from him, and that he learns no more.
 */
@ExtendWith(LogsOnFailure.class)
@TestInstance(Lifecycle.PER_CLASS)
class VisibleInSpiteOfRulesIT {
    private static final Path PAGE = Path.of("../docs/visible-in-spite-of-rules.md");
    private static final String NOT_TESTED = "12. How long it takes";
    private static final int LARGE = 100_000;

    private final DevServer server;
    private final TestClient service;
    private final TestClient alice;
    private final TestClient bob;
    private final TestClient carol;

    VisibleInSpiteOfRulesIT() throws Exception {
        var folder = TestCluster.newFolder("visible");
        server = new DevServer(folder);
        server.process()
                .with("config", Files.writeString(folder.resolve("atoll.yaml"), shown()))
                .with("instance-bytes-max", "1MiB");
        server.start();
        service = server.client();
        alice = server.user("alice");
        bob = server.user("bob");
        carol = server.user("carol");
    }

    @AfterAll
    void close() {
        Stream.of(service, alice, bob, carol).forEach(TestClient::close);
        server.close();
    }

    private static String shown() throws IOException {
        var yaml = Pattern.compile("(?s)```yaml\n(.*?)```").matcher(Files.readString(PAGE));
        assertThat(yaml.find()).isTrue();
        return yaml.group(1);
    }

    /** A team of alice and bob, as bob sees it. */
    private InstanceHandle team() {
        var team = service.instance("team", freshId());
        team.mutate(insert("members", "userId", "alice"), insert("members", "userId", "bob"));
        return team.through(bob);
    }

    private InstanceHandle ofAlice(InstanceHandle team) {
        return team.through(alice);
    }

    private static WriteOperation doc(String owner, Object... more) {
        var all = new ArrayList<Object>(List.of("owner", owner));
        all.addAll(Arrays.asList(more));
        return insert("docs", all.toArray());
    }

    @Test
    void everySectionHasItsTest() throws IOException {
        var sections =
                Pattern.compile("(?m)^## (\\d+\\. .*)$")
                        .matcher(Files.readString(PAGE))
                        .results()
                        .map(section -> section.group(1))
                        .filter(section -> !section.equals(NOT_TESTED))
                        .toList();
        var tests =
                Arrays.stream(VisibleInSpiteOfRulesIT.class.getDeclaredMethods())
                        .map(method -> method.getAnnotation(DisplayName.class))
                        .filter(name -> name != null)
                        .map(DisplayName::value)
                        .toList();
        assertThat(tests).containsExactlyInAnyOrderElementsOf(sections);
    }

    @Test
    @DisplayName("1. That an instance exists, to those whom `create` allows")
    void anInstance() {
        var there = team().through(carol);
        var missing = carol.instance("team", freshId());
        assertThat(told(refused(there, count("docs", "")), there))
                .isEqualTo(told(refused(missing, count("docs", "")), missing));

        var join = insert("members", "userId", "carol");
        refused(there, join).is(PERMISSION_DENIED, "CREATE_DENIED");
        assertThat(missing.run(join).getChanges()).isEqualTo(1);
    }

    private static String told(Refusal refusal, InstanceHandle instance) {
        return refusal.reason() + refusal.message().replace(instance.key().getId(), "ID");
    }

    @Test
    @DisplayName("2. That a unique value is taken")
    void aUniqueValue() {
        var team = team();
        var hidden = id(ofAlice(team).run(doc("alice", "slug", "taken")));
        var own = id(team.run(doc("bob", "slug", "own")));
        for (var meeting :
                List.of(
                        doc("bob", "slug", "taken"),
                        update("docs", own, "slug", "taken"),
                        doc("alice", "slug", "taken"))) {
            var refusal = refused(team, meeting).is(ALREADY_EXISTS, "UNIQUE_VIOLATION");
            refusal.with("field", "slug");
            assertThat(refusal.toString()).doesNotContain(hidden).doesNotContain("alice");
        }
        refused(team, doc("bob", "id", hidden))
                .is(ALREADY_EXISTS, "UNIQUE_VIOLATION")
                .with("field", "id");
        refused(team, doc("alice", "slug", "free")).is(PERMISSION_DENIED, "RULE_DENIED");
        refused(team, upsert("docs", "slug", "slug", "taken", "owner", "bob"))
                .is(PERMISSION_DENIED, "RULE_DENIED");
        assertThat(team.read(count("docs", "")).getCount()).isEqualTo(1);
    }

    @Test
    @DisplayName("3. That a row is there which a reference names")
    void aRowByReference() {
        var team = team();
        var hidden = id(ofAlice(team).run(doc("alice", "text", "secret")));
        refused(team, doc("bob", "parent", "missing"))
                .is(FAILED_PRECONDITION, "CONSTRAINT_VIOLATION")
                .with("field", "parent");
        var child = id(team.run(doc("bob", "parent", hidden)));
        assertThat(Tables.column(team.read(get("docs", child)), "parent")).containsExactly(hidden);
        refused(team, get("docs", hidden)).is(NOT_FOUND, "ROW_NOT_FOUND");
        refused(team, doc("alice", "parent", hidden)).is(PERMISSION_DENIED, "RULE_DENIED");
        refused(team, doc("alice", "parent", "missing"))
                .is(FAILED_PRECONDITION, "CONSTRAINT_VIOLATION");
    }

    @Test
    @DisplayName("4. That hidden rows refer to a row")
    void thatOthersRefer() {
        var team = team();
        var own = id(team.run(doc("bob")));
        var free = id(team.run(doc("bob")));
        var hidden = id(ofAlice(team).run(doc("alice", "parent", own)));
        var refusal = refused(team, delete("docs", own));
        refusal.is(FAILED_PRECONDITION, "CONSTRAINT_VIOLATION");
        assertThat(refusal.toString()).doesNotContain(hidden).doesNotContain("alice");
        assertThat(team.run(delete("docs", free)).getChanges()).isEqualTo(1);
        assertThat(team.read(count("docs", "row.parent != null")).getCount()).isZero();
    }

    @Test
    @DisplayName("5. Cascades change hidden rows")
    void cascades() {
        var team = team();
        var doc = id(team.run(doc("bob")));
        var other = id(team.run(doc("bob")));
        ofAlice(team)
                .mutate(
                        insert("comments", "doc", doc, "author", "alice"),
                        insert("comments", "doc", other, "author", "alice"),
                        insert("bookmarks", "doc", doc, "user", "alice"));
        assertThat(team.read(count("comments", "")).getCount()).isZero();
        assertThat(team.run(delete("docs", doc)).getChanges()).isEqualTo(1);

        assertThat(Tables.column(ofAlice(team).read(list("comments", "")), "doc"))
                .containsExactly(other);
        assertThat(Tables.column(ofAlice(team).read(list("bookmarks", "")), "doc"))
                .containsExactly(Sql.NULL);
    }

    @Test
    @DisplayName("6. What rules ask of other tables")
    void whatRulesAsk() {
        var team = team();
        team.through(service).run(insert("coupons", "code", "reef-50"));
        refused(team, list("coupons", "")).is(PERMISSION_DENIED, "RULE_DENIED");
        refused(team, insert("orders", "buyer", "bob", "coupon", "reef-49"))
                .is(PERMISSION_DENIED, "RULE_DENIED");
        team.run(insert("orders", "buyer", "bob", "coupon", "reef-50"));
    }

    @Test
    @DisplayName("7. How rare a word is")
    void rareWords() {
        assertThat(foundFirst("red")).isEqualTo("blue blue blue red");
        assertThat(foundFirst("blue")).isEqualTo("blue red red red");
    }

    /** Which of his two rows bob finds first, where alice's hidden rows often hold that word. */
    private Object foundFirst(String often) {
        var team = team();
        for (int i = 0; i < 20; i++) {
            ofAlice(team).run(doc("alice", "text", often));
        }
        team.mutate(
                doc("bob", "text", "blue blue blue red"), doc("bob", "text", "blue red red red"));
        var found = Tables.column(team.read(search("docs", "red blue")), "text");
        assertThat(found).hasSize(2);
        return found.getFirst();
    }

    @Test
    @DisplayName("8. That something was written")
    void commits() {
        var team = team();
        var request = team.queryRequest(list("docs", ""));
        var before = bob.database().query(request);
        assertThat(bob.database().query(request)).isEqualTo(before);
        ofAlice(team).run(doc("alice"));
        var after = bob.database().query(request);
        assertThat(after.getBookmark()).isGreaterThan(before.getBookmark());
        assertThat(after.toBuilder().setBookmark(before.getBookmark()).build()).isEqualTo(before);
    }

    @Test
    @DisplayName("9. The names of namespaces, tables and fields")
    void names() {
        var team = team();
        refused(bob.instance("nowhere", "x"), count("docs", ""))
                .is(NOT_FOUND, "NAMESPACE_NOT_FOUND");
        refused(team, count("coupons", "")).is(PERMISSION_DENIED, "RULE_DENIED");
        refused(team, count("nothing", "")).is(NOT_FOUND, "TABLE_NOT_FOUND");
        refused(team, count("docs", "row.slugs == 'x'"))
                .is(INVALID_ARGUMENT, "FILTER_INVALID")
                .saying("did you mean 'slug'?");
        // Who does not get in learns none of it.
        refused(team.through(carol), count("nothing", "")).is(NOT_FOUND, "INSTANCE_NOT_FOUND");
    }

    @Test
    @DisplayName("10. What a reply showed before")
    void aRememberedReply() {
        var team = team();
        var doc = id(team.run(doc("bob", "text", "mine")));
        var request =
                team
                        .mutateRequest(
                                doc("bob"),
                                WriteOperation.newBuilder()
                                        .setGet(get("docs", doc).getGet())
                                        .build())
                        .toBuilder()
                        .setRequestId(RequestIds.now())
                        .build();
        var first = bob.database().mutate(request);
        team.through(service).run(update("docs", doc, "owner", "alice"));

        refused(team, get("docs", doc)).is(NOT_FOUND, "ROW_NOT_FOUND");
        var again = bob.database().mutate(request);
        assertThat(again.getReplayed()).isTrue();
        assertThat(again.getResultsList()).isEqualTo(first.getResultsList());
        // Nobody else gets it, nor he once he is out.
        Refusal.of(() -> alice.database().mutate(request)).is(PERMISSION_DENIED, "RULE_DENIED");
        team.through(service).run(Tables.deleteWhere("members", "row.userId == 'bob'"));
        Refusal.of(() -> bob.database().mutate(request)).is(PERMISSION_DENIED, "CREATE_DENIED");
    }

    @Test
    @DisplayName("11. That an instance is full")
    void full() {
        var team = team();
        var text = "x".repeat(LARGE);
        team.run(doc("bob", "text", text));
        var filling = ofAlice(team);
        for (int i = 0; i < 20; i++) {
            try {
                filling.run(doc("alice", "text", text));
            } catch (StatusRuntimeException e) {
                Refusal.of(e).is(RESOURCE_EXHAUSTED, "INSTANCE_FULL");
                break;
            }
        }
        refused(team, doc("bob", "text", text)).is(RESOURCE_EXHAUSTED, "INSTANCE_FULL");
        assertThat(team.read(count("docs", "")).getCount()).isEqualTo(1);
    }

    @Test
    @DisplayName("13. That some row does not fit a new file")
    void rowThatDoesNotFit() throws IOException {
        declareNotes("");
        var shared = service.instance("notes", freshId());
        var other = service.instance("notes", freshId());
        shared.mutate(insert("notes", "owner", "alice", "a", "no JSON"));
        other.mutate(insert("notes", "owner", "alice", "a", "{}"));
        declareNotes(", x: { type: text, computed: \"json_extract(a, '$.x')\" }");
        refused(shared.through(bob), list("notes", "")).is(FAILED_PRECONDITION, "MIGRATION_FAILED");
        assertThat(Tables.rows(other.through(bob).read(list("notes", "")))).isEmpty();
    }

    /** Beside what the page shows. */
    private void declareNotes(String more) throws IOException {
        var notes =
                """
                notes:
                  dynamic: true
                  access: { access: auth != null }
                  tables:
                    notes:
                      fields: { owner: { type: text }, a: { type: text }%s }
                      access: { read: row.owner == auth.id }
                """
                        .formatted(more);
        var yaml = shown() + notes.indent(2);
        var _ = service.config().applyConfig(ApplyConfigRequest.newBuilder().setYaml(yaml).build());
    }
}

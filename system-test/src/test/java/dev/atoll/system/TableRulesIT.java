package dev.atoll.system;

import static dev.atoll.system.harness.Sql.write;
import static dev.atoll.system.harness.Tables.count;
import static dev.atoll.system.harness.Tables.deleteWhere;
import static dev.atoll.system.harness.Tables.get;
import static dev.atoll.system.harness.Tables.id;
import static dev.atoll.system.harness.Tables.insert;
import static dev.atoll.system.harness.Tables.list;
import static dev.atoll.system.harness.Tables.search;
import static dev.atoll.system.harness.Tables.update;
import static dev.atoll.system.harness.Tables.updateWhere;
import static dev.atoll.system.harness.Tables.upsert;
import static dev.atoll.system.harness.TablesCluster.fresh;
import static dev.atoll.system.harness.TablesCluster.refused;
import static dev.atoll.system.harness.TablesCluster.user;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.NOT_FOUND;
import static io.grpc.Status.Code.PERMISSION_DENIED;
import static io.grpc.Status.Code.UNAUTHENTICATED;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.atoll.proto.internal.v1.CallerKind;
import dev.atoll.proto.internal.v1.CallerRecord;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.Refusal;
import dev.atoll.system.harness.RequestIds;
import dev.atoll.system.harness.Tables;
import dev.atoll.system.harness.TablesCluster;
import dev.atoll.system.harness.TestClient;
import dev.atoll.system.harness.TestIssuer;
import dev.atoll.wire.CallMetadata;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules through a router: who they deny what, and who has no say in that. */
@ExtendWith(LogsOnFailure.class)
@TestInstance(Lifecycle.PER_CLASS)
class TableRulesIT {
    private final TestIssuer issuer = TablesCluster.get().issuer();
    private final TestClient alice = user("alice");
    private final InstanceHandle service = fresh("ws");
    private final InstanceHandle ofAlice = service.through(alice);
    private final String shown = id(service.run(insert("shown", "a", "x")));

    @Test
    void whatHasNoRuleIsDenied() {
        var hidden = id(service.run(insert("hidden", "big", 1)));
        refused(ofAlice, get("hidden", hidden)).is(PERMISSION_DENIED, "RULE_DENIED");
        refused(ofAlice, list("hidden", "")).is(PERMISSION_DENIED, "RULE_DENIED");
        refused(ofAlice, count("hidden", "")).is(PERMISSION_DENIED, "RULE_DENIED");
        for (var operation :
                List.of(
                        insert("hidden", "big", 1),
                        update("hidden", hidden, "big", 2),
                        upsert("hidden", "id", "id", hidden, "big", 2),
                        Tables.delete("hidden", hidden),
                        updateWhere("hidden", "", "big", 2),
                        deleteWhere("hidden", ""),
                        insert("shown", "a", "y"),
                        update("shown", shown, "a", "y"),
                        Tables.delete("shown", shown),
                        updateWhere("shown", "", "a", "y"),
                        deleteWhere("shown", ""))) {
            refused(ofAlice, operation).is(PERMISSION_DENIED, "RULE_DENIED");
        }
        assertThat(ofAlice.read(count("shown", "")).getCount()).isEqualTo(1);
        refused(ofAlice, search("shown", "x")).is(INVALID_ARGUMENT, "VALIDATION_FAILED");
        refused(ofAlice, count("nothing", "")).is(NOT_FOUND, "TABLE_NOT_FOUND");
    }

    /** Attacks on a token. */
    enum Attack {
        NONE,
        EXPIRED,
        AUDIENCE,
        UNSIGNED,
        PUBLIC_KEY,
        UNKNOWN_KEY
    }

    @ParameterizedTest
    @EnumSource(Attack.class)
    void nobodyGetsInWithoutAGoodToken(Attack attack) throws JOSEException {
        try (var client = new TestClient(TablesCluster.get().router(0).port(), token(attack))) {
            var expected =
                    switch (attack) {
                        case NONE -> "TOKEN_MISSING";
                        case EXPIRED -> "TOKEN_EXPIRED";
                        case AUDIENCE, UNSIGNED, PUBLIC_KEY, UNKNOWN_KEY -> "TOKEN_INVALID";
                    };
            refused(service.through(client), count("shown", "")).is(UNAUTHENTICATED, expected);
            refused(service.through(client), insert("shown", "a", "z"))
                    .is(UNAUTHENTICATED, expected);
        }
    }

    private String token(Attack attack) throws JOSEException {
        return switch (attack) {
            case NONE -> "";
            case EXPIRED ->
                    issuer.token(
                            claims ->
                                    claims.issuer(TestIssuer.USERS)
                                            .expirationTime(
                                                    Date.from(Instant.now().minusSeconds(600))));
            case AUDIENCE ->
                    issuer.token(claims -> claims.issuer(TestIssuer.USERS).audience("others"));
            case UNSIGNED -> new PlainJWT(ofUser()).serialize();
            case PUBLIC_KEY -> {
                var token =
                        new SignedJWT(
                                new JWSHeader.Builder(JWSAlgorithm.HS256)
                                        .keyID(issuer.key().getKeyID())
                                        .build(),
                                ofUser());
                token.sign(
                        new MACSigner(
                                issuer.key()
                                        .toPublicJWK()
                                        .toJSONString()
                                        .getBytes(StandardCharsets.UTF_8)));
                yield token.serialize();
            }
            case UNKNOWN_KEY ->
                    TestIssuer.sign(
                            TestIssuer.newKey("unknown"),
                            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("unknown").build(),
                            claims -> claims.issuer(TestIssuer.USERS));
        };
    }

    private static com.nimbusds.jwt.JWTClaimsSet ofUser() {
        return TestIssuer.claims(claims -> claims.issuer(TestIssuer.USERS).subject("alice"));
    }

    @Test
    void nobodyIsLetInWhereTheNamespaceSaysSo() {
        var board = TablesCluster.service().instance("board", "");
        try (var client = new TestClient(TablesCluster.get().router(0).port(), "")) {
            var nobody = board.through(client);
            refused(nobody, count("notes", "")).is(NOT_FOUND, "INSTANCE_NOT_FOUND");
            refused(nobody, insert("notes", "text", "x")).is(PERMISSION_DENIED, "CREATE_DENIED");
            board.mutate(
                    insert("notes", "id", "1", "public", true, "owner", "alice"),
                    insert("notes", "id", "2", "public", false, "owner", "alice"),
                    insert("notes", "id", "3", "public", false));
            assertThat(Tables.column(nobody.read(list("notes", "")), "id")).containsExactly("1");
            assertThat(Tables.column(board.through(alice).read(list("notes", "")), "id"))
                    .containsExactly("1", "2");
            refused(nobody, insert("notes", "text", "x")).is(PERMISSION_DENIED, "RULE_DENIED");
            refused(nobody, update("notes", "1", "text", "x")).is(PERMISSION_DENIED, "RULE_DENIED");
            nobody.refusedQuery("SELECT 1").is(PERMISSION_DENIED, "RULE_DENIED");
            Refusal.of(nobody::describe).is(UNAUTHENTICATED, "TOKEN_MISSING");
            Refusal.of(nobody::delete).is(UNAUTHENTICATED, "TOKEN_MISSING");
            for (var other :
                    List.of(
                            client.instance("ws", "x"),
                            client.instance("nowhere", "x"),
                            client.instance("ws", ""))) {
                refused(other, count("docs", "")).is(UNAUTHENTICATED, "TOKEN_MISSING");
                refused(other, insert("docs", "title", "t")).is(UNAUTHENTICATED, "TOKEN_MISSING");
            }
        }
    }

    @Test
    void accessIsAskedAgainBeforeARememberedReply() {
        var team = fresh("team");
        var ofAlice = team.through(alice);
        var own = id(ofAlice.run(insert("members", "userId", "alice")));
        var request =
                ofAlice.mutateRequest(insert("members", "userId", "bob")).toBuilder()
                        .setRequestId(RequestIds.now())
                        .build();
        var first = alice.database().mutate(request);
        assertThat(alice.database().mutate(request).getReplayed()).isTrue();
        assertThat(first.getReplayed()).isFalse();
        team.run(Tables.delete("members", own));
        Refusal.of(() -> alice.database().mutate(request)).is(PERMISSION_DENIED, "CREATE_DENIED");
    }

    @Test
    void aClientCannotSayWhoItIs() {
        var forged =
                CallerRecord.newBuilder()
                        .setKind(CallerKind.CALLER_KIND_SERVICE)
                        .setIssuer(TestIssuer.SERVICES)
                        .setSubject("root")
                        .setClaims("{\"role\":\"admin\"}")
                        .build();
        var forger = service.through(user("mallory").header(CallMetadata.CALLER, forged));
        refused(forger, count("hidden", "")).is(PERMISSION_DENIED, "RULE_DENIED");
        Refusal.of(forger::delete).is(PERMISSION_DENIED, "RULE_DENIED");
        forger.refusedQuery("SELECT 1").is(PERMISSION_DENIED, "RULE_DENIED");
    }

    @Test
    void aServiceHasItsScopesAndNoMore() {
        var narrow = TablesCluster.get().client(0, issuer.service("narrow", "user:*=read"));
        refused(service.through(narrow), count("shown", "")).is(PERMISSION_DENIED, "SCOPE_DENIED");
        refused(narrow.instance("user", "x"), insert("notes", "text", "x"))
                .is(PERMISSION_DENIED, "SCOPE_DENIED");
    }

    @Test
    void oneDeniedOperationUndoesThemAll() {
        var own = id(ofAlice.run(insert("docs", "title", "own", "ownerId", "alice")));
        var other = id(service.run(insert("docs", "title", "other", "ownerId", "bob")));
        refused(ofAlice, update("docs", own, "n", 9), update("docs", other, "n", 9))
                .is(PERMISSION_DENIED, "RULE_DENIED")
                .with("operation", "1");
        assertThat(Tables.column(ofAlice.read(get("docs", own)), "n"))
                .containsExactly(dev.atoll.system.harness.Sql.NULL);
    }

    @Test
    void manyOperationsAreOne() {
        var instance = fresh("ws").through(alice);
        var thousand =
                IntStream.range(0, 1_000)
                        .mapToObj(i -> insert("docs", "title", "t" + i, "ownerId", "alice"))
                        .toArray(WriteOperation[]::new);
        assertThat(instance.mutate(thousand).getResultsCount()).isEqualTo(1_000);
        assertThat(instance.read(count("docs", "")).getCount()).isEqualTo(1_000);
        var tooMany =
                Collections.nCopies(10_001, insert("docs", "title", "t", "ownerId", "alice"))
                        .toArray(WriteOperation[]::new);
        refused(instance, tooMany).is(INVALID_ARGUMENT, "LIMIT_EXCEEDED");
        assertThat(instance.read(count("docs", "")).getCount()).isEqualTo(1_000);
    }

    @Test
    void writesByFilterChangeOwnRowsAndCountThem() {
        var instance = fresh("ws");
        instance.mutate(
                insert("docs", "id", "1", "title", "t", "n", 1, "ownerId", "alice"),
                insert("docs", "id", "2", "title", "t", "n", 1, "ownerId", "bob"),
                insert("docs", "id", "3", "title", "t", "n", 1, "ownerId", "alice"),
                insert("docs", "id", "4", "title", "t", "n", 2, "ownerId", "alice"));
        var mine = instance.through(alice);
        assertThat(mine.run(updateWhere("docs", "row.n == 1", "kind", "b")).getChanges())
                .isEqualTo(2);
        assertThat(Tables.column(instance.read(list("docs", "row.kind == 'b'")), "id"))
                .containsExactly("1", "3");
        refused(mine, updateWhere("docs", "row.n == 2", "ownerId", "bob"))
                .is(PERMISSION_DENIED, "RULE_DENIED");
        assertThat(mine.run(deleteWhere("docs", "row.n == 1")).getChanges()).isEqualTo(2);
        assertThat(Tables.column(instance.read(list("docs", "")), "id")).containsExactly("2", "4");
    }

    @Test
    void whatIsUnknownDenies() {
        service.mutate(
                insert("claimed", "id", "pro", "plan", "pro"), insert("claimed", "id", "none"));
        var read = list("claimed", "");
        assertThat(ofAlice.read(read).getRowsCount()).isZero();
        assertThat(service.through(user("alice", "plan", 5)).read(read).getRowsCount()).isZero();
        assertThat(Tables.column(service.through(user("alice", "plan", "pro")).read(read), "id"))
                .containsExactly("pro");
    }

    @Test
    void aBanListWithANullInItDenies() {
        var instance = fresh("ws");
        instance.run(insert("guarded", "a", "x"));
        var mine = instance.through(alice);
        assertThat(mine.read(count("guarded", "")).getCount()).isEqualTo(1);
        var unknown = id(instance.run(insert("bans")));
        assertThat(mine.read(count("guarded", "")).getCount()).isZero();
        instance.mutate(Tables.delete("bans", unknown), insert("bans", "userId", "bob"));
        assertThat(mine.read(count("guarded", "")).getCount()).isEqualTo(1);
        instance.run(insert("bans", "userId", "alice"));
        assertThat(mine.read(count("guarded", "")).getCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"' OR 1=1 --", "x' || 'y", "\" OR \"\"=\"", "; DROP TABLE docs"})
    void aNameIsAValueWhateverItLooksLike(String name) {
        var instance = fresh("ws");
        instance.run(insert("docs", "title", "t", "secret", true, "ownerId", "alice"));
        var odd = instance.through(user(name));
        assertThat(odd.read(count("docs", "")).getCount()).isZero();
        odd.run(insert("docs", "title", "own", "secret", true, "ownerId", name));
        assertThat(odd.read(count("docs", "")).getCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DROP TABLE docs",
                "drop table \"DOCS\"",
                "ALTER TABLE docs ADD COLUMN more",
                "ALTER TABLE [docs] RENAME TO other",
                "CREATE INDEX mine ON docs(n)",
                "DROP INDEX \"docs$slug$unique\"",
                "DROP TRIGGER \"docs$search$insert\"",
                "DROP TABLE \"docs$search\"",
                "CREATE TRIGGER mine AFTER INSERT ON docs BEGIN SELECT 1; END",
                "CREATE TABLE mine(a REFERENCES docs(id))",
                "CREATE VIEW docs$anything AS SELECT 1",
                "CREATE VIEW IF NOT EXISTS main.\"DOCS$mine\" AS SELECT 1",
            })
    void declaredTablesAreNotChangedBySql(String sql) {
        service.refusedMutate(sql).is(PERMISSION_DENIED, "STATEMENT_NOT_ALLOWED").saying("declare");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO \"docs$search\"(rowid, title) VALUES (99, 'forged')",
                "INSERT INTO docs$search(docs$search) VALUES ('delete-all')",
                "REPLACE INTO main.\"DOCS$SEARCH\"(rowid, title) VALUES (99, 'forged')",
                "INSERT OR IGNORE INTO [docs$search](rowid, title) SELECT 1, 'x' FROM docs",
                "WITH x AS (SELECT 1) INSERT INTO 'docs$search'(rowid, title) SELECT 1, 'x' FROM x",
                "UPDATE \"docs$search\" SET title = 'x'",
                "UPDATE OR REPLACE main.`docs$search` SET title = 'x'",
                "WITH x AS (SELECT 1) DELETE FROM \"docs$search\"",
                "DELETE FROM \"main\" . \"docs$search\"",
                "DELETE FROM \"docs$search_data\"",
                "UPDATE \"docs$search_config\" SET v = 5",
            })
    void whatFollowsADeclaredTableIsNotWrittenBySql(String sql) {
        service.refusedMutate(sql).is(PERMISSION_DENIED, "STATEMENT_NOT_ALLOWED");
    }

    @Test
    void whatFollowsADeclaredTableMayBeRead() {
        var instance = fresh("ws");
        instance.mutate(
                insert("docs", "title", "found"),
                write("CREATE TABLE own(a)"),
                write(
                        "INSERT INTO own SELECT rowid FROM \"docs$search\" WHERE title MATCH 'found'"),
                write("UPDATE docs SET title = 'other' WHERE rowid IN (SELECT a FROM own)"));
        assertThat(instance.rows("SELECT rowid FROM \"docs$search\" WHERE title MATCH 'other'"))
                .hasSize(1);
    }

    @Test
    void servicesMayHaveTablesAndViewsOfTheirOwn() {
        var instance = fresh("ws");
        instance.mutate(
                write("CREATE TABLE own(a)"),
                write("CREATE INDEX own_a ON own(a)"),
                write("CREATE VIEW titles AS SELECT title FROM docs"),
                write("CREATE VIEW IF NOT EXISTS main.found AS SELECT title FROM \"docs$search\""),
                write("DROP VIEW found"),
                insert("docs", "title", "t"));
        assertThat(instance.rows("SELECT title FROM titles")).hasSize(1);
        refused(instance, count("own", "")).is(NOT_FOUND, "TABLE_NOT_FOUND");
    }
}

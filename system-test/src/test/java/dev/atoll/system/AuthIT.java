package dev.atoll.system;

import static dev.atoll.system.harness.Sql.read;
import static dev.atoll.system.harness.Sql.row;
import static dev.atoll.system.harness.Sql.write;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
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
import dev.atoll.proto.v1.DescribeClusterRequest;
import dev.atoll.proto.v1.ListInstancesRequest;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.Refusal;
import dev.atoll.system.harness.SharedCluster;
import dev.atoll.system.harness.TestClient;
import dev.atoll.system.harness.TestCluster;
import dev.atoll.system.harness.TestIssuer;
import io.grpc.Metadata;
import io.grpc.protobuf.ProtoUtils;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who may do what, and that nobody passes for somebody else. */
@ExtendWith(LogsOnFailure.class)
class AuthIT {
    private static final Metadata.Key<byte[]> FORGED_KEY =
            Metadata.Key.of("atoll-key-bin", Metadata.BINARY_BYTE_MARSHALLER);
    private static final Metadata.Key<CallerRecord> FORGED_CALLER =
            Metadata.Key.of(
                    "atoll-caller-bin",
                    ProtoUtils.metadataMarshaller(CallerRecord.getDefaultInstance()));
    private static final CallerRecord ROOT =
            CallerRecord.newBuilder()
                    .setKind(CallerKind.CALLER_KIND_SERVICE)
                    .setIssuer(TestIssuer.SERVICES)
                    .setSubject("root")
                    .build();

    private final TestCluster cluster = SharedCluster.get();
    private final TestIssuer issuer = cluster.issuer();
    private final InstanceHandle instance =
            SharedCluster.client().fresh().having("CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
    private final List<TestClient> clients = new ArrayList<>();

    @AfterEach
    void closeClients() {
        clients.forEach(TestClient::close);
    }

    @Test
    void callWithoutTokenIsRefused() {
        refusedWith("").is(UNAUTHENTICATED, "TOKEN_MISSING");
        var nobody = client("");
        Refusal.of(
                        () ->
                                nobody.cluster()
                                        .describeCluster(
                                                DescribeClusterRequest.getDefaultInstance()))
                .is(UNAUTHENTICATED, "TOKEN_MISSING");
        Refusal.of(
                        () ->
                                nobody.instances()
                                        .listInstances(
                                                ListInstancesRequest.newBuilder()
                                                        .setNamespace("test")
                                                        .build()))
                .is(UNAUTHENTICATED, "TOKEN_MISSING");
    }

    @Test
    void aListingOfAllNamespacesNeedsTheRightToReadAll() {
        var some = client(issuer.service("tester", "test:*=read"));
        Refusal.of(() -> some.instances().listInstances(ListInstancesRequest.getDefaultInstance()))
                .is(PERMISSION_DENIED, "SCOPE_DENIED");
        var all = client(issuer.service("tester", "*=read"));
        assertThat(all.instances().listInstances(ListInstancesRequest.getDefaultInstance()))
                .isNotNull();
    }

    @Test
    void expiredTokenIsRefused() {
        var past = Date.from(Instant.now().minus(Duration.ofHours(1)));

        refusedWith(issuer.token(claims -> claims.expirationTime(past)))
                .is(UNAUTHENTICATED, "TOKEN_EXPIRED");
    }

    @Test
    void tokensThatDoNotHoldAreRefused() throws JOSEException {
        var future = Date.from(Instant.now().plus(Duration.ofHours(1)));
        var header =
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(issuer.key().getKeyID()).build();
        var stranger = TestIssuer.newKey(issuer.key().getKeyID());

        var bad = new ArrayList<String>();
        bad.add("garbage");
        bad.add(issuer.token(claims -> claims.audience("other")));
        bad.add(issuer.token(claims -> claims.issuer("https://stranger.test")));
        bad.add(issuer.token(claims -> claims.notBeforeTime(future)));
        bad.add(issuer.token(claims -> claims.expirationTime(null)));
        bad.add(issuer.token(claims -> claims.subject(null)));
        bad.add(TestIssuer.sign(stranger, header, claims -> claims));
        bad.add(new PlainJWT(TestIssuer.claims(claims -> claims)).serialize());
        bad.add(signedByPublicKey());
        bad.add(withoutSignature(issuer.service("tester", "*=admin")));
        bad.add(withForgedClaims(issuer.service("tester", "other:*=read")));

        for (var token : bad) {
            refusedWith(token).is(UNAUTHENTICATED, "TOKEN_INVALID");
        }
    }

    @Test
    void usersAreToldThatDeclarationsAreNeeded() {
        refusedWith(issuer.user("alice"))
                .is(PERMISSION_DENIED, "RULE_DENIED")
                .saying("declared", "service");
    }

    @Test
    void scopesSayWhatAServiceMayDo() {
        var id = instance.key().getId();

        var reader = through("test:*=read");
        assertThat(reader.rows("SELECT a FROM t")).containsExactly(row(1));
        reader.refusedMutate("DELETE FROM t").is(PERMISSION_DENIED, "SCOPE_DENIED");
        Refusal.of(reader::delete).is(PERMISSION_DENIED, "SCOPE_DENIED");

        var writer = through("test:" + id + "=write");
        writer.mutate("UPDATE t SET a = 1");
        writer.refusedQuery("SELECT 1").is(PERMISSION_DENIED, "SCOPE_DENIED");

        through("test:i*=read,write").mutate("UPDATE t SET a = 1");
        for (var scope :
                List.of(
                        "",
                        "other:*=read,write",
                        "test=read,write",
                        "test:x*=read,write",
                        "test:" + id + "x=read")) {
            through(scope).refusedQuery("SELECT 1").is(PERMISSION_DENIED, "SCOPE_DENIED");
        }
    }

    @Test
    void clusterServiceNeedsAdminOfEverything() {
        var request = DescribeClusterRequest.getDefaultInstance();

        var writer = client(issuer.service("writer", "*=read,write"));
        Refusal.of(() -> writer.cluster().describeCluster(request))
                .is(PERMISSION_DENIED, "SCOPE_DENIED");

        var admin = client(issuer.service("admin", "*=admin"));
        assertThat(admin.cluster().describeCluster(request).getCluster()).isEqualTo("test");
    }

    @Test
    void serviceWithoutScopeLearnsNothingOfWhatExists() {
        var missing =
                SharedCluster.client().fresh().through(client(issuer.service("s", "other:*=read")));

        var ofMissing = missing.refusedQuery("SELECT 1").is(PERMISSION_DENIED, "SCOPE_DENIED");
        var ofExisting = through("other:*=read").refusedQuery("SELECT 1");

        assertThat(ofMissing.message().replace(missing.key().getId(), "ID"))
                .isEqualTo(ofExisting.message().replace(instance.key().getId(), "ID"));
    }

    @Test
    void forgedRouterMetadataIsDropped() {
        var other =
                SharedCluster.client()
                        .fresh()
                        .having("CREATE TABLE t(a)", "INSERT INTO t VALUES (2)");
        var scope = "test:" + instance.key().getId() + "=read";
        var forger =
                client(issuer.service("forger", scope))
                        .header(FORGED_KEY, other.keyBytes().toByteArray())
                        .header(FORGED_CALLER, ROOT);

        assertThat(instance.through(forger).rows("SELECT a FROM t")).containsExactly(row(1));
        other.through(forger).refusedQuery("SELECT a FROM t").is(PERMISSION_DENIED, "SCOPE_DENIED");
    }

    @Test
    void forgedMetadataWithoutTokenIsNothing() {
        var forger =
                client("")
                        .header(FORGED_KEY, instance.keyBytes().toByteArray())
                        .header(FORGED_CALLER, ROOT);

        instance.through(forger)
                .refusedQuery("SELECT a FROM t")
                .is(UNAUTHENTICATED, "TOKEN_MISSING");
    }

    @Test
    void nodeRefusesCallsThatNoRouterSent() {
        var direct = directly(issuer.service("tester", "*=admin"));

        instance.through(direct)
                .refusedQuery("SELECT a FROM t")
                .is(UNAUTHENTICATED, "TOKEN_MISSING");
        Refusal.of(() -> direct.database().mutate(instance.mutateRequest(write("DELETE FROM t"))))
                .is(UNAUTHENTICATED, "TOKEN_MISSING");
        Refusal.of(
                        () ->
                                direct.instances()
                                        .listInstances(
                                                ListInstancesRequest.newBuilder()
                                                        .setNamespace("test")
                                                        .build()))
                .is(UNAUTHENTICATED, "TOKEN_MISSING");
        Refusal.of(() -> instance.through(direct).describe()).is(UNAUTHENTICATED, "TOKEN_MISSING");
    }

    @Test
    void nodeRefusesABodyForAnotherKeyThanTheAuthorisedOne() {
        var other = SharedCluster.client().fresh();
        var direct =
                directly("")
                        .header(FORGED_KEY, other.keyBytes().toByteArray())
                        .header(FORGED_CALLER, ROOT);

        Refusal.of(() -> direct.database().query(instance.queryRequest(read("SELECT a FROM t"))))
                .is(INVALID_ARGUMENT, "INSTANCE_KEY_INVALID");
    }

    private Refusal refusedWith(String token) {
        return instance.through(client(token)).refusedQuery("SELECT 1");
    }

    private InstanceHandle through(String scope) {
        return instance.through(client(issuer.service("scoped", scope)));
    }

    private TestClient client(String token) {
        return keep(new TestClient(cluster.router(0).port(), token));
    }

    private TestClient directly(String token) {
        return keep(new TestClient(cluster.node(0).port(), token));
    }

    private TestClient keep(TestClient client) {
        clients.add(client);
        return client;
    }

    private String signedByPublicKey() throws JOSEException {
        var header =
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(issuer.key().getKeyID()).build();
        var token = new SignedJWT(header, TestIssuer.claims(claims -> claims));
        token.sign(
                new MACSigner(
                        issuer.key()
                                .toPublicJWK()
                                .toJSONString()
                                .getBytes(StandardCharsets.UTF_8)));
        return token.serialize();
    }

    private static String withoutSignature(String token) {
        return token.substring(0, token.lastIndexOf('.') + 1);
    }

    private String withForgedClaims(String token) {
        var parts = List.of(token.split("\\.", -1));
        var claims = List.of(issuer.service("tester", "*=admin").split("\\.", -1)).get(1);
        return parts.get(0) + "." + claims + "." + parts.get(2);
    }
}

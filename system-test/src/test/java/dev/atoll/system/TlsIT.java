package dev.atoll.system;

import static dev.atoll.system.harness.Sql.row;
import static io.grpc.Status.Code.UNAUTHENTICATED;
import static io.grpc.Status.Code.UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.system.harness.AtollProcess;
import dev.atoll.system.harness.Eventually;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.TestCertificates;
import dev.atoll.system.harness.TestClient;
import dev.atoll.system.harness.TestCluster;
import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** A cluster with TLS on its ports and client certificates between router and node. */
@ExtendWith(LogsOnFailure.class)
@TestInstance(Lifecycle.PER_CLASS)
class TlsIT {
    private static final Duration RENEWAL_MAX = Duration.ofSeconds(20);

    private final TestCluster cluster = new TestCluster("tls");
    private final TestCertificates certificates;

    TlsIT() throws IOException, GeneralSecurityException {
        certificates = new TestCertificates(cluster.folder().resolve("certificates"));
        certificates.issue("router").issue("node").issue("router-to-node");
    }

    @BeforeAll
    void start() throws IOException {
        cluster.with(
                TlsChannelCredentials.newBuilder()
                        .trustManager(certificates.authorities().toFile())
                        .build());
        withTls(cluster.addNode(), "", "node").with("tls-authorities", certificates.authorities());
        withTls(withTls(cluster.addRouter(), "", "router"), "node-", "router-to-node")
                .with("node-tls-authorities", certificates.authorities());
        cluster.etcd().start();
        cluster.node(0).start();
        cluster.router(0).start();
        cluster.awaitReady();
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    @Test
    void callsTravelOverTls() throws IOException {
        try (var client = trusting(cluster.router(0).port(), token())) {
            assertThat(written(client).rows("SELECT a FROM t")).containsExactly(row(1));
        }
    }

    @Test
    void plaintextIsNotUnderstood() {
        try (var client = new TestClient(cluster.router(0).port(), token())) {
            client.fresh().refusedQuery("SELECT 1").is(UNAVAILABLE, "");
        }
        try (var client = new TestClient(cluster.node(0).port(), token())) {
            client.fresh().refusedQuery("SELECT 1").is(UNAVAILABLE, "");
        }
    }

    @Test
    void nodeRefusesAClientWithoutCertificate() throws IOException {
        try (var client = trusting(cluster.node(0).port(), token())) {
            client.fresh().refusedQuery("SELECT 1").is(UNAVAILABLE, "");
        }
    }

    @Test
    void nodeRefusesACertificateOfAnotherAuthority() throws Exception {
        var strangers =
                new TestCertificates(cluster.folder().resolve("strangers")).issue("stranger");
        var credentials =
                TlsChannelCredentials.newBuilder()
                        .trustManager(certificates.authorities().toFile())
                        .keyManager(
                                strangers.certificate("stranger").toFile(),
                                strangers.key("stranger").toFile())
                        .build();
        try (var client = new TestClient(cluster.node(0).port(), token(), credentials)) {
            client.fresh().refusedQuery("SELECT 1").is(UNAVAILABLE, "");
        }
    }

    @Test
    void certificateAloneIsNoRouter() throws IOException {
        var credentials =
                TlsChannelCredentials.newBuilder()
                        .trustManager(certificates.authorities().toFile())
                        .keyManager(
                                certificates.certificate("router-to-node").toFile(),
                                certificates.key("router-to-node").toFile())
                        .build();
        try (var client = new TestClient(cluster.node(0).port(), token(), credentials)) {
            client.fresh().refusedQuery("SELECT 1").is(UNAUTHENTICATED, "TOKEN_MISSING");
        }
    }

    @Test
    void renewedCertificatesAreUsedWithoutRestart() throws Exception {
        var before = shownBy(cluster.router(0).port());

        certificates.issue("router").issue("node").issue("router-to-node");

        Eventually.await(
                "the router shows its new certificate",
                RENEWAL_MAX,
                () -> !shownBy(cluster.router(0).port()).equals(before));
        try (var client = trusting(cluster.router(0).port(), token())) {
            assertThat(written(client).rows("SELECT a FROM t")).containsExactly(row(1));
        }
    }

    @Test
    void plaintextMustBeAskedFor() {
        for (var process :
                new AtollProcess[] {
                    new AtollProcess("plain-node", "node", cluster.folder())
                            .with("data", cluster.folder().resolve("plain")),
                    new AtollProcess("plain-router", "router", cluster.folder())
                            .with("issuers", cluster.issuer().issuersFile())
                }) {
            process.with("etcd", cluster.etcd().url()).start();

            assertThat(process.awaitExit()).isEqualTo(2);
            assertThat(process.log())
                    .contains("insecure", "tls-certificate")
                    .doesNotContain("\tat ");
        }
    }

    private AtollProcess withTls(AtollProcess process, String prefix, String name) {
        return process.without("insecure")
                .with(prefix + "tls-certificate", certificates.certificate(name))
                .with(prefix + "tls-key", certificates.key(name));
    }

    private String token() {
        return cluster.issuer().service("tester", "*=admin");
    }

    private TestClient trusting(int port, String token) throws IOException {
        ChannelCredentials credentials =
                TlsChannelCredentials.newBuilder()
                        .trustManager(certificates.authorities().toFile())
                        .build();
        return new TestClient(port, token, credentials);
    }

    private static InstanceHandle written(TestClient client) {
        return client.fresh().having("CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
    }

    private X509Certificate shownBy(int port) {
        try (var socket =
                (SSLSocket)
                        context(certificates.authorities())
                                .getSocketFactory()
                                .createSocket("127.0.0.1", port)) {
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext context(Path authorities)
            throws IOException, GeneralSecurityException {
        var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (var pem = Files.newInputStream(authorities)) {
            trusted.setCertificateEntry(
                    "authority", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), new SecureRandom());
        return context;
    }
}

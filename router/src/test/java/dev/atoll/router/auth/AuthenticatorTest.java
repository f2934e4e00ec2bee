package dev.atoll.router.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.Ed25519Signer;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetKeyPairGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.atoll.process.SettingsException;
import dev.atoll.router.placement.Eventually;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthenticatorTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final InstanceKey ALICE = InstanceKey.parse("user:alice");
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir private Path folder;
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.now().truncatedTo(java.time.temporal.ChronoUnit.SECONDS));
    private RSAKey rsa;
    private ECKey curve;
    private OctetKeyPair edwards;
    private Authenticator authenticator;

    @BeforeEach
    void open() throws Exception {
        rsa = new RSAKeyGenerator(2048).keyID("r").generate();
        curve = new ECKeyGenerator(Curve.P_256).keyID("e").generate();
        edwards = new OctetKeyPairGenerator(Curve.Ed25519).keyID("d").generate();
        publish(rsa, curve, edwards);
        Files.writeString(folder.resolve("secret"), SECRET + "\n");
        authenticator =
                open(
                        """
                        {"issuers": [
                          {"issuer": "keys", "audience": "atoll", "vouches-for": "service", "jwks": "jwks.json"},
                          {"issuer": "secret", "audience": "atoll", "vouches-for": "user", "shared-secret-file": "secret"},
                          {"issuer": "only-rsa", "audience": "atoll", "vouches-for": "service", "jwks": "jwks.json", "algorithms": ["RS256"], "clock-skew": "0s"}
                        ]}
                        """);
    }

    @AfterEach
    void close() {
        authenticator.close();
    }

    @Test
    void takesEveryAlgorithmItShould() throws Exception {
        assertThat(caller(rs256(claims()))).isEqualTo(service());
        assertThat(caller(es256(claims()))).isEqualTo(service());
        assertThat(caller(sign(JWSAlgorithm.EdDSA, "d", new Ed25519Signer(edwards), claims())))
                .isEqualTo(service());
        assertThat(caller(hs256(SECRET, claims().issuer("secret"))))
                .isEqualTo(new Caller(Caller.Kind.USER, "secret", "me"));
        assertThat(caller(sign(JWSAlgorithm.ES256, null, new ECDSASigner(curve), claims())))
                .isEqualTo(service());
    }

    @Test
    void refusesEveryForgery() throws Exception {
        var other = new ECKeyGenerator(Curve.P_256).keyID("e").generate();
        var good = es256(claims());
        var parts = good.split("\\.", -1);
        var publicKey = rsa.toPublicJWK().toRSAPublicKey().getEncoded();
        var attacks =
                List.of(
                        new PlainJWT(claims().build()).serialize(),
                        encoded("{\"alg\":\"none\"}") + "." + parts[1] + ".",
                        encoded("{\"alg\":\"None\"}") + "." + parts[1] + "." + parts[2],
                        sign(JWSAlgorithm.HS256, "r", new MACSigner(publicKey), claims()),
                        sign(
                                JWSAlgorithm.HS256,
                                "r",
                                new MACSigner(rsa.toPublicJWK().toJSONString()),
                                claims()),
                        hs256("another secret of 32 characters!", claims().issuer("secret")),
                        es256(claims().issuer("secret")),
                        es256(claims().issuer("only-rsa")),
                        sign(JWSAlgorithm.ES256, "e", new ECDSASigner(other), claims()),
                        sign(JWSAlgorithm.ES256, "x", new ECDSASigner(other), claims()),
                        sign(JWSAlgorithm.ES256, "r", new ECDSASigner(curve), claims()),
                        sign(JWSAlgorithm.PS256, "r", new RSASSASigner(rsa), claims()),
                        parts[0] + "." + parts[1] + ".",
                        parts[0] + "." + parts[1] + "." + encoded("x".repeat(64)),
                        parts[0]
                                + "."
                                + parts[1]
                                + "."
                                + Base64.getUrlEncoder()
                                        .withoutPadding()
                                        .encodeToString(new byte[64]),
                        parts[0] + "." + encoded("{\"iss\":\"keys\"}") + "." + parts[2],
                        good + ".x",
                        good + "." + parts[1] + "." + parts[2],
                        "",
                        "a.b.c",
                        "..",
                        es256(claims().issuer("nobody")),
                        es256(claims().issuer(null)),
                        es256(claims().audience("another")),
                        es256(claims().audience(List.of())),
                        es256(claims().subject(null)),
                        es256(claims().claim("sub", 1)),
                        es256(claims().expirationTime(null)),
                        es256(claims().notBeforeTime(at(120))),
                        es256(claims().issueTime(at(120))),
                        es256(claims().claim("scope", "user:*")),
                        es256(claims().claim("scope", "user*=read")),
                        es256(claims().claim("scope", 7)),
                        es256(claims().claim("pad", "x".repeat(9000))),
                        critical());
        for (var attack : attacks) {
            assertThat(refusal(attack)).as(attack).isEqualTo(Reason.TOKEN_INVALID);
        }
    }

    @Test
    void refusesHeadersThatAreNotOneBearerToken() throws Exception {
        var token = es256(claims());

        assertThat(refusalOf(List.of())).isEqualTo(Reason.TOKEN_MISSING);
        assertThat(refusalOf(List.of("Bearer " + token, "Bearer " + token)))
                .isEqualTo(Reason.TOKEN_INVALID);
        assertThat(refusalOf(List.of("Basic " + token))).isEqualTo(Reason.TOKEN_INVALID);
        assertThat(refusalOf(List.of(token))).isEqualTo(Reason.TOKEN_INVALID);
    }

    @Test
    void anExpiredTokenIsRefusedAlsoWhereItWasVerifiedBefore() throws Exception {
        var token = es256(claims().expirationTime(at(10)));
        assertThat(caller(token)).isEqualTo(service());
        now.updateAndGet(time -> time.plusSeconds(69));
        assertThat(caller(token)).isEqualTo(service());
        now.updateAndGet(time -> time.plusSeconds(1));

        assertThat(refusal(token)).isEqualTo(Reason.TOKEN_EXPIRED);
    }

    @Test
    void aVerifiedTokenIsFoundInMemory() throws Exception {
        var token = es256(claims());
        caller(token);
        caller(token);

        assertThat(lookUps("hit")).isEqualTo(1);
        assertThat(lookUps("miss")).isEqualTo(1);
    }

    @Test
    void aKeyThatIsNoLongerPublishedEndsTheTrustInItsTokens() throws Exception {
        var token = es256(claims());
        assertThat(caller(token)).isEqualTo(service());
        publish(rsa);

        Eventually.holds(SOON, () -> !isTaken(token));
        assertThat(refusal(token)).isEqualTo(Reason.TOKEN_INVALID);
        assertThat(caller(rs256(claims()))).isEqualTo(service());
    }

    @Test
    void aNewKeyInTheFileIsFoundAtOnce() throws Exception {
        var next = new ECKeyGenerator(Curve.P_256).keyID("next").generate();
        publish(rsa, curve, next);

        assertThat(caller(sign(JWSAlgorithm.ES256, "next", new ECDSASigner(next), claims())))
                .isEqualTo(service());
    }

    @Test
    void keysBehindAUrlAreFetchedAndStrangersCannotMakeItFetchAgainAndAgain() throws Exception {
        var requests = new AtomicInteger();
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var body = new JWKSet(List.of(curve.toPublicJWK())).toString();
        server.createContext(
                "/jwks",
                exchange -> {
                    requests.incrementAndGet();
                    var bytes = body.getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
        server.start();
        try (var byUrl =
                open(
                        """
                        {"issuers": [{"issuer": "keys", "audience": "atoll", "vouches-for": "service",
                          "jwks": "http://127.0.0.1:%d/jwks"}]}
                        """
                                .formatted(server.getAddress().getPort()))) {
            assertThat(byUrl.authenticate(bearer(es256(claims()))).join().caller())
                    .isEqualTo(service());
            for (int i = 0; i < 20; i++) {
                var stranger = sign(JWSAlgorithm.RS256, "k" + i, new RSASSASigner(rsa), claims());
                assertThat(byUrl.authenticate(bearer(stranger)))
                        .failsWithin(SOON)
                        .withThrowableOfType(java.util.concurrent.ExecutionException.class);
            }
            assertThat(requests).hasValueLessThanOrEqualTo(2);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void grantsWhatTheScopesSayAndNoMore() throws Exception {
        var principal =
                authenticator
                        .authenticate(
                                bearer(
                                        es256(
                                                claims().claim(
                                                                "scope",
                                                                "user:a*=read catalog=write"))))
                        .join();

        principal.check(Right.READ, ALICE);
        principal.check(Right.WRITE, InstanceKey.parse("catalog"));
        assertDenied(() -> principal.check(Right.WRITE, ALICE));
        assertDenied(() -> principal.check(Right.READ, InstanceKey.parse("user:bob")));
        assertDenied(() -> principal.check(Right.READ, InstanceKey.parse("user")));
        assertDenied(() -> principal.check(Right.WRITE, InstanceKey.parse("catalog:x")));
        assertDenied(() -> principal.checkListing("user", ""));
        principal.checkListing("user", "al");
        assertDenied(principal::checkCluster);
    }

    @Test
    void aListOfScopesCountsAsATextOfThem() throws Exception {
        var token = es256(claims().claim("scope", List.of("*=admin")));
        var principal = authenticator.authenticate(bearer(token)).join();

        principal.checkCluster();
        assertThat(principal.scopes().allows(Right.WRITE, ALICE)).isTrue();
    }

    @Test
    void allProblemsOfAnIssuersFileAreReportedTogether() throws Exception {
        var file = folder.resolve("bad.json");
        Files.writeString(
                file,
                """
                {"issuers": [
                  {"issuer": "a", "audiense": "x", "vouches-for": "robot", "jwks": "http://far.example/k"},
                  {"issuer": "b", "audience": "x", "vouches-for": "user", "shared-secret-file": "s", "algorithms": ["RS256"]}
                ]}
                """);

        assertThatThrownBy(() -> IssuersFile.read(file))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("did you mean 'audience'?")
                .hasMessageContaining("vouches-for: 'robot' (expected: service or user)")
                .hasMessageContaining("expected: a file or an https URL")
                .hasMessageContaining("issuers[1]: algorithms: [RS256]");
    }

    private Authenticator open(String issuers) throws Exception {
        var file = folder.resolve("issuers.json");
        Files.writeString(file, issuers);
        return new Authenticator(IssuersFile.read(file), now::get, registry);
    }

    private void publish(JWK... keys) throws Exception {
        Files.writeString(
                folder.resolve("jwks.json"), new JWKSet(List.of(keys)).toPublicJWKSet().toString());
    }

    private JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer("keys")
                .subject("me")
                .audience("atoll")
                .claim("scope", "*=admin")
                .expirationTime(at(600));
    }

    private Date at(int secondsFromNow) {
        return Date.from(now.get().plusSeconds(secondsFromNow));
    }

    private String rs256(JWTClaimsSet.Builder claims) throws Exception {
        return sign(JWSAlgorithm.RS256, "r", new RSASSASigner(rsa), claims);
    }

    private String es256(JWTClaimsSet.Builder claims) throws Exception {
        return sign(JWSAlgorithm.ES256, "e", new ECDSASigner(curve), claims);
    }

    private static String hs256(String secret, JWTClaimsSet.Builder claims) throws Exception {
        return sign(JWSAlgorithm.HS256, null, new MACSigner(secret), claims);
    }

    private String critical() throws Exception {
        var header =
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(JOSEObjectType.JWT)
                        .criticalParams(java.util.Set.of("x"))
                        .customParam("x", 1)
                        .build();
        var token = new SignedJWT(header, claims().build());
        token.sign(new ECDSASigner(curve));
        return token.serialize();
    }

    private static String sign(
            JWSAlgorithm algorithm,
            @org.jspecify.annotations.Nullable String keyId,
            JWSSigner signer,
            JWTClaimsSet.Builder claims)
            throws Exception {
        var token =
                new SignedJWT(
                        new JWSHeader.Builder(algorithm).keyID(keyId).build(), claims.build());
        token.sign(signer);
        return token.serialize();
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Caller service() {
        return new Caller(Caller.Kind.SERVICE, "keys", "me");
    }

    private Caller caller(String token) {
        return authenticator.authenticate(bearer(token)).join().caller();
    }

    private boolean isTaken(String token) {
        return authenticator.authenticate(bearer(token)).handle((_, error) -> error == null).join();
    }

    private Reason refusal(String token) {
        return refusalOf(bearer(token));
    }

    private Reason refusalOf(List<String> headers) {
        try {
            var principal = authenticator.authenticate(headers).join();
            throw new AssertionError("was taken as " + principal.caller());
        } catch (CompletionException e) {
            if (e.getCause() instanceof Failure failure) {
                return failure.reason();
            }
            throw e;
        }
    }

    private static List<String> bearer(String token) {
        return List.of("Bearer " + token);
    }

    private double lookUps(String result) {
        return registry.get("atoll.router.token.cache.lookups")
                .tag("result", result)
                .counter()
                .count();
    }

    private static void assertDenied(Runnable check) {
        assertThatThrownBy(check::run)
                .isInstanceOfSatisfying(
                        Failure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(Reason.SCOPE_DENIED));
    }
}

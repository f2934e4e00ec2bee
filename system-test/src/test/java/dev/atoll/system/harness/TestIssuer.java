package dev.atoll.system.harness;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.function.UnaryOperator;

/** Two issuers with one key, one of services and one of users, and the files that routers read. */
public final class TestIssuer {
    /** Vouches for services. */
    public static final String SERVICES = "https://services.test";

    /** Vouches for users. */
    public static final String USERS = "https://users.test";

    /** Whom tokens are for. */
    public static final String AUDIENCE = "atoll";

    private static final Duration LIFETIME = Duration.ofHours(1);

    private final ECKey key;
    private final Path issuersFile;

    /** Draws a key and writes {@code jwks.json} and {@code issuers.json} to that folder. */
    public TestIssuer(Path folder) throws IOException, JOSEException {
        Files.createDirectories(folder);
        key = newKey("test-1");
        Files.writeString(folder.resolve("jwks.json"), new JWKSet(key).toPublicJWKSet().toString());
        issuersFile = folder.resolve("issuers.json");
        Files.writeString(
                issuersFile,
                """
                {"issuers": [
                  {"issuer": "%s", "jwks": "jwks.json", "audience": "%s", "vouches-for": "service"},
                  {"issuer": "%s", "jwks": "jwks.json", "audience": "%s", "vouches-for": "user"}
                ]}
                """
                        .formatted(SERVICES, AUDIENCE, USERS, AUDIENCE));
    }

    /** A key that no router knows. */
    public static ECKey newKey(String id) throws JOSEException {
        return new ECKeyGenerator(Curve.P_256).keyID(id).algorithm(JWSAlgorithm.ES256).generate();
    }

    /** The setting {@code issuers} of a router. */
    public Path issuersFile() {
        return issuersFile;
    }

    public ECKey key() {
        return key;
    }

    /** A token of a service with these scopes, such as {@code *=admin}. */
    public String service(String name, String scope) {
        return token(claims -> claims.subject(name).claim("scope", scope));
    }

    /** A token of a user. */
    public String user(String name) {
        return token(claims -> claims.issuer(USERS).subject(name));
    }

    /** A token of a service, but for what is changed in its claims. */
    public String token(UnaryOperator<JWTClaimsSet.Builder> change) {
        return sign(
                key,
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
                change);
    }

    /** A token as above by any key and header. */
    public static String sign(
            ECKey key, JWSHeader header, UnaryOperator<JWTClaimsSet.Builder> change) {
        try {
            var token = new SignedJWT(header, claims(change));
            token.sign(new ECDSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Good claims of a service that may do everything, but for what is changed. */
    public static JWTClaimsSet claims(UnaryOperator<JWTClaimsSet.Builder> change) {
        var now = Instant.now();
        return change.apply(
                        new JWTClaimsSet.Builder()
                                .issuer(SERVICES)
                                .audience(AUDIENCE)
                                .subject("tester")
                                .claim("scope", "*=admin")
                                .issueTime(Date.from(now))
                                .expirationTime(Date.from(now.plus(LIFETIME))))
                .build();
    }
}

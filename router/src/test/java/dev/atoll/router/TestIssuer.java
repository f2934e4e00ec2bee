package dev.atoll.router;

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
import java.time.Instant;
import java.util.Date;

/**
 * An issuer with one key, its files in a folder: vouches for services and, by another name, users.
 */
public final class TestIssuer {
    public static final String SERVICES = "https://services.example";
    public static final String USERS = "https://users.example";

    private final Path folder;
    private final ECKey key;

    public TestIssuer(Path folder) throws JOSEException, IOException {
        this.folder = folder;
        this.key = new ECKeyGenerator(Curve.P_256).keyID("k1").generate();
        Files.writeString(folder.resolve("jwks.json"), new JWKSet(key.toPublicJWK()).toString());
        Files.writeString(
                issuersFile(),
                """
                {"issuers": [
                  {"issuer": "%s", "audience": "atoll", "vouches-for": "service", "jwks": "jwks.json"},
                  {"issuer": "%s", "audience": "atoll", "vouches-for": "user", "jwks": "jwks.json"}
                ]}
                """
                        .formatted(SERVICES, USERS));
    }

    public Path issuersFile() {
        return folder.resolve("issuers.json");
    }

    /** A token of a service with these scopes. */
    public String service(String scope) throws JOSEException {
        return sign(
                new JWTClaimsSet.Builder()
                        .issuer(SERVICES)
                        .subject("tester")
                        .audience("atoll")
                        .claim("scope", scope)
                        .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                        .build());
    }

    /** A token of a user. */
    public String user(String name) throws JOSEException {
        return sign(
                new JWTClaimsSet.Builder()
                        .issuer(USERS)
                        .subject(name)
                        .audience("atoll")
                        .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                        .build());
    }

    private String sign(JWTClaimsSet claims) throws JOSEException {
        var token =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
                        claims);
        token.sign(new ECDSASigner(key));
        return token.serialize();
    }
}

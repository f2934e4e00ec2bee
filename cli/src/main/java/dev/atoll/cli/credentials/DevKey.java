package dev.atoll.cli.credentials;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.atoll.cli.terminal.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The key of a dev server, by which it vouches for the callers of its own machine.
 *
 * <pre>
 * DATA/keys/dev-key.json   the private key, a JWK; for its owner alone
 * DATA/keys/jwks.json      the public key, for the router
 * DATA/keys/issuers.json   whom the router trusts: atoll-dev (services), atoll-dev-users (users)
 * </pre>
 *
 * Immutable.
 */
public final class DevKey {
    private static final String SERVICES = "atoll-dev";
    private static final String USERS = "atoll-dev-users";
    private static final String AUDIENCE = "atoll";
    private static final String ISSUERS_FILE = "issuers.json";

    private final ECKey key;
    private final Path folder;

    private DevKey(ECKey key, Path folder) {
        this.key = key;
        this.folder = folder;
    }

    /** The key in a data folder, which is made if it is not there. */
    public static DevKey loadOrCreate(Path data) throws IOException {
        PrivateFiles.createFolder(data);
        var folder = folder(data);
        PrivateFiles.createFolder(folder);
        var found = find(data);
        var devKey = found.isPresent() ? found.get() : create(folder);
        devKey.writePublicFiles();
        return devKey;
    }

    /** The key in a data folder; empty if no dev server ever ran there. */
    public static Optional<DevKey> find(Path data) throws IOException {
        var file = keyFile(folder(data));
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new DevKey(ECKey.parse(Files.readString(file)), folder(data)));
        } catch (ParseException e) {
            throw new IOException(
                    file + " is not a key; remove it, and the dev server makes another", e);
        }
    }

    /** Whom the router trusts: the file for its {@code issuers} setting. */
    public static Path issuersFile(Path data) {
        return folder(data).resolve(ISSUERS_FILE);
    }

    /** A token for a service; its scopes as {@code user:*=read,write}, separated by spaces. */
    public String serviceToken(String name, String scope, Duration validFor, InstantSource clock) {
        return sign(SERVICES, name, Map.of("scope", scope), validFor, clock);
    }

    /** A token for a user with claims of one's own. */
    public String userToken(
            String name, Map<String, String> claims, Duration validFor, InstantSource clock) {
        return sign(USERS, name, claims, validFor, clock);
    }

    private static DevKey create(Path folder) throws IOException {
        try {
            var key =
                    new ECKeyGenerator(Curve.P_256)
                            .keyUse(KeyUse.SIGNATURE)
                            .algorithm(JWSAlgorithm.ES256)
                            .keyIDFromThumbprint(true)
                            .generate();
            PrivateFiles.write(keyFile(folder), key.toJSONString());
            return new DevKey(key, folder);
        } catch (JOSEException e) {
            throw new IllegalStateException("every JDK has P-256", e);
        }
    }

    /** Looked at again at every start, so that they always fit the key. */
    private void writePublicFiles() throws IOException {
        PrivateFiles.write(folder.resolve("jwks.json"), new JWKSet(key).toString(true));
        PrivateFiles.write(
                folder.resolve(ISSUERS_FILE),
                Json.of(
                        Map.of(
                                "issuers",
                                List.of(issuer(SERVICES, "service"), issuer(USERS, "user")))));
    }

    private static Map<String, Object> issuer(String name, String vouchesFor) {
        var issuer = new LinkedHashMap<String, Object>();
        issuer.put("issuer", name);
        issuer.put("jwks", "jwks.json");
        issuer.put("audience", AUDIENCE);
        issuer.put("vouches-for", vouchesFor);
        issuer.put("algorithms", List.of(JWSAlgorithm.ES256.getName()));
        return issuer;
    }

    private String sign(
            String issuer,
            String subject,
            Map<String, String> claims,
            Duration validFor,
            InstantSource clock) {
        var now = clock.instant();
        var builder =
                new JWTClaimsSet.Builder()
                        .issuer(issuer)
                        .subject(subject)
                        .audience(AUDIENCE)
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plus(validFor)));
        claims.forEach(builder::claim);
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build();
        var token = new SignedJWT(header, builder.build());
        try {
            token.sign(new ECDSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException("a P-256 key signs ES256", e);
        }
        return token.serialize();
    }

    private static Path folder(Path data) {
        return data.resolve("keys");
    }

    private static Path keyFile(Path folder) {
        return folder.resolve("dev-key.json");
    }
}

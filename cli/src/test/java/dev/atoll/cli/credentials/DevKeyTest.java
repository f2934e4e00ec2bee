package dev.atoll.cli.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevKeyTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);

    @TempDir private Path folder;
    private Path data;

    @BeforeEach
    void nameTheDataFolder() {
        data = folder.resolve("some where").resolve("dev");
    }

    @Test
    void keepsThePrivateKeyFromOthers() throws Exception {
        DevKey.loadOrCreate(data);

        assertThat(permissions(data)).isEqualTo("rwx------");
        assertThat(permissions(data.resolve("keys"))).isEqualTo("rwx------");
        assertThat(permissions(data.resolve("keys/dev-key.json"))).isEqualTo("rw-------");
        assertThat(Files.readString(data.resolve("keys/jwks.json"))).doesNotContain("\"d\"");
    }

    @Test
    void signsWithTheKeyThatTheIssuersFileNames() throws Exception {
        var key = DevKey.loadOrCreate(data);
        var token =
                SignedJWT.parse(
                        key.serviceToken("backend", "user:*=read", Duration.ofHours(1), CLOCK));

        var keys =
                JWKSet.parse(
                        Files.readString(DevKey.issuersFile(data).resolveSibling("jwks.json")));
        var published = keys.getKeyByKeyId(token.getHeader().getKeyID()).toECKey();
        assertThat(token.verify(new ECDSAVerifier(published))).isTrue();
        var claims = token.getJWTClaimsSet();
        assertThat(claims.getIssuer()).isEqualTo("atoll-dev");
        assertThat(claims.getSubject()).isEqualTo("backend");
        assertThat(claims.getAudience()).containsExactly("atoll");
        assertThat(claims.getStringClaim("scope")).isEqualTo("user:*=read");
        assertThat(claims.getExpirationTime()).isEqualTo(NOW.plus(Duration.ofHours(1)));
    }

    @Test
    void vouchesForUsersAsAnIssuerOfItsOwn() throws Exception {
        var token =
                SignedJWT.parse(
                        DevKey.loadOrCreate(data)
                                .userToken(
                                        "alice",
                                        Map.of("role", "admin"),
                                        Duration.ofHours(1),
                                        CLOCK));

        assertThat(token.getJWTClaimsSet().getIssuer()).isEqualTo("atoll-dev-users");
        assertThat(token.getJWTClaimsSet().getStringClaim("role")).isEqualTo("admin");
    }

    @Test
    void keepsItsKeyAcrossStarts() throws Exception {
        DevKey.loadOrCreate(data);
        var first = Files.readString(data.resolve("keys/dev-key.json"));
        DevKey.loadOrCreate(data);

        assertThat(Files.readString(data.resolve("keys/dev-key.json"))).isEqualTo(first);
    }

    @Test
    void writesNothingAgainThatIsThere() throws Exception {
        DevKey.loadOrCreate(data);
        var files = filesOfTheKeys();
        DevKey.loadOrCreate(data);

        // On a full disk there would be no room for others.
        assertThat(filesOfTheKeys()).hasSize(3).isEqualTo(files);
    }

    @Test
    void mendsAPublicFileThatDoesNotFitTheKey() throws Exception {
        DevKey.loadOrCreate(data);
        var file = data.resolve("keys/jwks.json");
        var written = Files.readString(file);
        Files.writeString(file, "{}");
        DevKey.loadOrCreate(data);

        assertThat(file).hasContent(written);
    }

    @Test
    void namesAFileThatCannotBeWrittenAndLeavesNoPartOfIt() throws Exception {
        DevKey.loadOrCreate(data);
        var file = data.resolve("keys/jwks.json");
        Files.delete(file);
        Files.createDirectories(file.resolve("a folder in its place"));

        assertThatIOException()
                .isThrownBy(() -> DevKey.loadOrCreate(data))
                .withMessageStartingWith(file + ": cannot be written: ");
        assertThat(data.resolve("keys"))
                .isDirectoryContaining(path -> path.equals(file))
                .isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void saysWhichFileIsNoKey() throws Exception {
        DevKey.loadOrCreate(data);
        Files.writeString(data.resolve("keys/dev-key.json"), "{}");

        assertThatIOException()
                .isThrownBy(() -> DevKey.loadOrCreate(data))
                .withMessageContaining("dev-key.json is not a key");
    }

    @Test
    void findsOnlyARunningServer() throws Exception {
        DevKey.loadOrCreate(data);
        assertThat(RunningServer.find(data)).isEmpty();

        var running =
                new RunningServer("127.0.0.1:1", "127.0.0.1:2", ProcessHandle.current().pid());
        running.write(data);
        assertThat(RunningServer.find(data)).contains(running);

        new RunningServer("127.0.0.1:1", "127.0.0.1:2", Long.MAX_VALUE).write(data);
        assertThat(RunningServer.find(data)).isEmpty();

        RunningServer.remove(data);
        assertThat(data.resolve("dev.json")).doesNotExist();
    }

    /** Each with what makes it this file, and not another of the same name. */
    private Map<Path, Object> filesOfTheKeys() throws Exception {
        var files = new HashMap<Path, Object>();
        try (var all = Files.list(data.resolve("keys"))) {
            for (var file : all.toList()) {
                files.put(file, Files.readAttributes(file, BasicFileAttributes.class).fileKey());
            }
        }
        return files;
    }

    private static String permissions(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}

package dev.atoll.router.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.atoll.process.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What rules may ask of a token. */
class UserClaimsTest {
    @TempDir private Path folder;

    private static JWTClaimsSet.Builder token() {
        return new JWTClaimsSet.Builder()
                .issuer("i")
                .subject("alice")
                .audience("atoll")
                .expirationTime(Date.from(Instant.EPOCH))
                .claim("scope", "*=admin");
    }

    private UserClaims declared(String claims) throws Exception {
        var file = folder.resolve("issuers.json");
        Files.writeString(
                file,
                """
                {"issuers": [{"issuer": "i", "audience": "a", "vouches-for": "user", "jwks": "k.json",
                  "claims": %s}]}
                """
                        .formatted(claims));
        return IssuersFile.read(file).entries().getFirst().trust().claims();
    }

    @Test
    void withoutADeclarationAllThatHasNoMeaningOfItsOwnIsCustom() throws Exception {
        assertThat(UserClaims.DEFAULT.of(token().build())).isEmpty();
        var known =
                UserClaims.DEFAULT.of(
                        token().claim("role", "admin")
                                .claim("email", 5)
                                .claim("plan", "pro")
                                .claim("seats", 3L)
                                .claim("tags", List.of("a", "b"))
                                .build());
        assertThat(JSONObjectUtils.parse(known))
                .isEqualTo(
                        Map.of(
                                "role",
                                "admin",
                                "custom",
                                Map.of("plan", "pro", "seats", 3L, "tags", List.of("a", "b"))));
    }

    @Test
    void declaredClaimsHaveTheirNameAndType() throws Exception {
        var claims =
                declared(
                        """
                        {"role": "app/role", "custom": {
                          "plan": "text", "seats": {"claim": "app/seats", "type": "integer"},
                          "ratio": "real", "beta": "boolean", "any": "json"}}
                        """);
        var right =
                claims.of(
                        token().claim("app/role", "admin")
                                .claim("role", "none")
                                .claim("plan", "pro")
                                .claim("app/seats", 3L)
                                .claim("ratio", 1L)
                                .claim("beta", true)
                                .claim("any", List.of())
                                .claim("more", "x")
                                .build());
        assertThat(JSONObjectUtils.parse(right))
                .isEqualTo(
                        Map.of(
                                "role",
                                "admin",
                                "custom",
                                Map.of(
                                        "plan", "pro", "seats", 3L, "ratio", 1L, "beta", true,
                                        "any", List.of())));
        var wrong =
                claims.of(
                        token().claim("app/role", List.of("admin"))
                                .claim("plan", 5)
                                .claim("app/seats", "3")
                                .claim("ratio", "1")
                                .claim("beta", "true")
                                .build());
        assertThat(wrong).isEmpty();
    }

    @Test
    void claimsThatNoNodeCouldReadAreRefused() {
        Object deep = "x";
        for (int i = 0; i < 253; i++) {
            deep = i % 2 == 0 ? List.of(deep) : Map.of("a", deep);
        }
        assertThat(UserClaims.DEFAULT.of(token().claim("deep", deep).build())).contains("deep");
        var deeper = token().claim("deep", List.of(deep)).build();
        assertThatThrownBy(() -> UserClaims.DEFAULT.of(deeper))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("its claim deep has more than 253 levels (expected: fewer)");
    }

    @Test
    void whatIsWrongIsSaid() {
        assertThatThrownBy(
                        () ->
                                declared(
                                        """
                                        {"roles": "x", "email": 5, "custom": {"plan": "txt"}}
                                        """))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("there is no field 'roles' (did you mean 'role'?)")
                .hasMessageContaining("claims.email: expected: the name of a claim")
                .hasMessageContaining("claims.custom.plan: 'txt' (expected: text,");
    }
}

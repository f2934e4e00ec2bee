package dev.atoll.router.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Verifies tokens: form, issuer, algorithm, signature, and only then what they say. Thread-safe.
 */
final class TokenVerifier {
    /** So many keys without an id are tried; more would make a wrong token expensive. */
    private static final int KEYS_TRIED_MAX = 8;

    private static final int SUBJECT_LENGTH_MAX = 512;
    private static final Duration KEYS_RETRY_AFTER = Duration.ofSeconds(5);

    private final Map<String, Issuer> issuers;
    private final InstantSource clock;

    TokenVerifier(Collection<Issuer> issuers, InstantSource clock) {
        this.issuers =
                issuers.stream()
                        .collect(
                                Collectors.toUnmodifiableMap(
                                        issuer -> issuer.trust().name(), Function.identity()));
        this.clock = clock;
    }

    /**
     * A principal, and the keys it was verified with.
     *
     * @param keysVersion the version of the issuer's keys
     */
    record Verified(Principal principal, Issuer issuer, long keysVersion) {
        /** Whether the token still proves what it did. */
        boolean holds(Instant now) {
            return now.isBefore(principal.goodUntil())
                    && issuer.source().keys().version() == keysVersion;
        }
    }

    /**
     * Ends with the principal, or with a {@link Failure}: TOKEN_INVALID, TOKEN_EXPIRED, or
     * NODE_UNAVAILABLE while the issuer's keys cannot be had.
     */
    CompletableFuture<Verified> verify(String text) {
        SignedJWT token;
        JWTClaimsSet claims;
        Issuer issuer;
        try {
            token = parse(text);
            claims = claims(token);
            issuer = issuer(token, claims);
        } catch (Failure failure) {
            return CompletableFuture.failedFuture(failure);
        }
        var keys = issuer.source().keys();
        if (keys.keys().stream().anyMatch(key -> key.mayHaveSigned(token))) {
            return CompletableFuture.completedFuture(verify(token, claims, issuer, keys));
        }
        return issuer.source().refresh().thenApply(newest -> verify(token, claims, issuer, newest));
    }

    /** EdDSA has a second, newer name for its one curve that we take. */
    static JWSAlgorithm algorithm(JWSHeader header) {
        return header.getAlgorithm().equals(JWSAlgorithm.Ed25519)
                ? JWSAlgorithm.EdDSA
                : header.getAlgorithm();
    }

    private static SignedJWT parse(String text) {
        SignedJWT token;
        try {
            token = SignedJWT.parse(text);
        } catch (ParseException | IllegalArgumentException e) {
            throw invalid("not a signed JWT", e);
        }
        var critical = token.getHeader().getCriticalParams();
        if ((critical != null && !critical.isEmpty())
                || !token.getHeader().isBase64URLEncodePayload()) {
            throw invalid("it asks for extensions that are not supported", null);
        }
        return token;
    }

    private static JWTClaimsSet claims(SignedJWT token) {
        try {
            var claims = token.getJWTClaimsSet();
            if (claims == null) {
                throw invalid("it holds no claims", null);
            }
            return claims;
        } catch (ParseException | IllegalArgumentException e) {
            throw invalid("its claims cannot be read", e);
        }
    }

    private Issuer issuer(SignedJWT token, JWTClaimsSet claims) {
        var name = claims.getIssuer();
        var issuer = name == null ? null : issuers.get(name);
        if (issuer == null) {
            throw invalid("its issuer is not trusted here", null);
        }
        if (!issuer.algorithms().contains(algorithm(token.getHeader()))) {
            throw invalid("its algorithm is not allowed for its issuer", null);
        }
        return issuer;
    }

    private Verified verify(
            SignedJWT token, JWTClaimsSet claims, Issuer issuer, KeySource.KeySet keys) {
        checkSignature(token, keys);
        var trust = issuer.trust();
        var goodUntil = checkClaims(claims, trust);
        var known =
                switch (trust.vouchesFor()) {
                    case SERVICE, ANONYMOUS -> "";
                    case USER -> known(claims, trust);
                };
        var caller = new Caller(trust.vouchesFor(), trust.name(), subject(token, claims), known);
        var scopes =
                switch (trust.vouchesFor()) {
                    case SERVICE -> scopes(claims);
                    case USER, ANONYMOUS -> Scopes.NONE;
                };
        return new Verified(new Principal(caller, scopes, goodUntil), issuer, keys.version());
    }

    private static void checkSignature(SignedJWT token, KeySource.KeySet keys) {
        if (keys.keys().isEmpty()) {
            throw Failure.of(
                            Reason.NODE_UNAVAILABLE,
                            "the keys of the token's issuer cannot be fetched now")
                    .retryAfter(KEYS_RETRY_AFTER);
        }
        var candidates =
                keys.keys().stream()
                        .filter(key -> key.mayHaveSigned(token))
                        .limit(KEYS_TRIED_MAX)
                        .toList();
        if (candidates.isEmpty()) {
            throw invalid("it is signed with a key that its issuer does not publish", null);
        }
        for (var key : candidates) {
            try {
                if (key.signed(token)) {
                    return;
                }
            } catch (JOSEException | IllegalStateException e) {
                throw invalid("its signature cannot be checked", e);
            }
        }
        throw invalid("its signature is wrong", null);
    }

    /** Until when the token is good. */
    private Instant checkClaims(JWTClaimsSet claims, Issuer.Trust trust) {
        if (!claims.getAudience().contains(trust.audience())) {
            throw invalid("its audience is not this cluster", null);
        }
        if (claims.getExpirationTime() == null) {
            throw invalid("it has no expiry (expected: exp)", null);
        }
        var now = clock.instant();
        var skew = trust.clockSkew();
        var goodUntil = claims.getExpirationTime().toInstant().plus(skew);
        if (!now.isBefore(goodUntil)) {
            throw Failure.of(
                    Reason.TOKEN_EXPIRED,
                    "token: expired at " + claims.getExpirationTime().toInstant());
        }
        var notBefore = claims.getNotBeforeTime();
        if (notBefore != null && now.isBefore(notBefore.toInstant().minus(skew))) {
            throw invalid("it is not valid before " + notBefore.toInstant(), null);
        }
        var issuedAt = claims.getIssueTime();
        if (issuedAt != null && now.isBefore(issuedAt.toInstant().minus(skew))) {
            throw invalid("it was issued in the future, at " + issuedAt.toInstant(), null);
        }
        return goodUntil;
    }

    private static String known(JWTClaimsSet claims, Issuer.Trust trust) {
        try {
            return trust.claims().of(claims);
        } catch (IllegalArgumentException e) {
            throw invalid(String.valueOf(e.getMessage()), e);
        }
    }

    private static String subject(SignedJWT token, JWTClaimsSet claims) {
        var subject = claims.getSubject();
        // The library makes texts of numbers.
        var written = token.getPayload().toJSONObject().get("sub");
        if (written != null && !(written instanceof String)) {
            throw invalid("its subject is no text (expected: sub in quotes)", null);
        }
        if (subject == null || subject.isBlank() || subject.length() > SUBJECT_LENGTH_MAX) {
            throw invalid(
                    "it names no subject (expected: sub of 1 to "
                            + SUBJECT_LENGTH_MAX
                            + " characters)",
                    null);
        }
        return subject;
    }

    private static Scopes scopes(JWTClaimsSet claims) {
        try {
            var scope = claims.getClaim("scope");
            return Scopes.parse(
                    switch (scope) {
                        case null -> List.of();
                        case String text when text.isBlank() -> List.of();
                        case String text -> List.of(text.strip().split("\\s+"));
                        case List<?> _ -> claims.getStringListClaim("scope");
                        default ->
                                throw new IllegalArgumentException(
                                        "scope: not a text or a list of texts");
                    });
        } catch (IllegalArgumentException e) {
            throw invalid(e.getMessage() == null ? "scope" : e.getMessage(), e);
        } catch (ParseException e) {
            throw invalid("scope: not a list of texts", e);
        }
    }

    /** Texts never say what would be right. */
    private static Failure invalid(String message, @Nullable Throwable cause) {
        var text = "token: " + message;
        return cause == null
                ? Failure.of(Reason.TOKEN_INVALID, text)
                : Failure.of(Reason.TOKEN_INVALID, text, cause);
    }
}

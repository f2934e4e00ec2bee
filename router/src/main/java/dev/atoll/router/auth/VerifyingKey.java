package dev.atoll.router.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.Ed25519Verifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One key that signatures are checked with. It is bound to one algorithm, so that no token can
 * choose another for it (as HS256 with the text of a public key). Immutable.
 *
 * @param id the `kid`, or null
 */
record VerifyingKey(@Nullable String id, JWSAlgorithm algorithm, JWSVerifier verifier) {
    private static final int RSA_BITS_MIN = 2048;

    /**
     * The key of a published set; empty if it is not one for signatures of ours: a key for
     * encryption, a shared secret (which has no business in a published set), a weak one.
     */
    static Optional<VerifyingKey> of(JWK key) throws JOSEException {
        if (KeyUse.ENCRYPTION.equals(key.getKeyUse())) {
            return Optional.empty();
        }
        var made =
                switch (key) {
                    case RSAKey rsa when rsa.size() >= RSA_BITS_MIN ->
                            new VerifyingKey(
                                    rsa.getKeyID(),
                                    JWSAlgorithm.RS256,
                                    new RSASSAVerifier(rsa.toRSAPublicKey()));
                    case ECKey curve when curve.getCurve().equals(Curve.P_256) ->
                            new VerifyingKey(
                                    curve.getKeyID(),
                                    JWSAlgorithm.ES256,
                                    new ECDSAVerifier(curve.toECPublicKey()));
                    case OctetKeyPair pair when pair.getCurve().equals(Curve.Ed25519) ->
                            new VerifyingKey(
                                    pair.getKeyID(),
                                    JWSAlgorithm.EdDSA,
                                    new Ed25519Verifier(pair.toPublicJWK()));
                    default -> null;
                };
        boolean otherUse =
                made != null
                        && key.getAlgorithm() != null
                        && !key.getAlgorithm().equals(made.algorithm())
                        && !key.getAlgorithm().equals(JWSAlgorithm.Ed25519);
        return otherUse ? Optional.empty() : Optional.ofNullable(made);
    }

    /** The key of a configured secret. */
    static VerifyingKey ofSecret(byte[] secret) throws JOSEException {
        return new VerifyingKey(null, JWSAlgorithm.HS256, new MACVerifier(secret));
    }

    /** Whether a token with this header could be signed with it. */
    boolean mayHaveSigned(SignedJWT token) {
        var header = token.getHeader();
        return algorithm.equals(TokenVerifier.algorithm(header))
                && (header.getKeyID() == null || id == null || id.equals(header.getKeyID()));
    }

    boolean signed(SignedJWT token) throws JOSEException {
        return token.verify(verifier);
    }
}

package dev.atoll.router.auth;

import com.nimbusds.jose.JWSAlgorithm;
import dev.atoll.wire.Caller;
import java.time.Duration;
import java.util.Set;

/** An issuer that this router trusts, and for what. Immutable but for its keys, which rotate. */
record Issuer(Trust trust, Set<JWSAlgorithm> algorithms, KeySource source) {
    Issuer {
        algorithms = Set.copyOf(algorithms);
    }

    /**
     * What its tokens must say and what they prove.
     *
     * @param name the `iss`
     * @param audience the `aud` that names this cluster
     * @param vouchesFor the kind of principal
     * @param clockSkew how far its clock may be off
     * @param claims of its users
     */
    record Trust(
            String name,
            String audience,
            Caller.Kind vouchesFor,
            Duration clockSkew,
            UserClaims claims) {}
}

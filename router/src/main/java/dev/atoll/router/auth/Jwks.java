package dev.atoll.router.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;

/** Reads the text of a JWK set. Immutable. */
final class Jwks {
    /** A set of thousands of keys is no set of an issuer. */
    static final int BYTES_MAX = 1 << 20;

    private Jwks() {}

    /** The keys we can check signatures with; throws if there is none. */
    static List<VerifyingKey> read(byte[] text, String from) throws IOException {
        if (text.length > BYTES_MAX) {
            throw new IOException(
                    from + ": " + text.length + " bytes (expected: at most " + BYTES_MAX + ")");
        }
        var keys = new ArrayList<VerifyingKey>();
        try {
            for (var key : JWKSet.parse(new String(text, StandardCharsets.UTF_8)).getKeys()) {
                VerifyingKey.of(key).ifPresent(keys::add);
            }
        } catch (ParseException | JOSEException e) {
            throw new IOException(from + ": not a JWK set: " + e.getMessage(), e);
        }
        if (keys.isEmpty()) {
            throw new IOException(
                    from
                            + ": no usable key (expected: RSA of 2048 bits or more, EC P-256 or"
                            + " Ed25519, for signatures)");
        }
        return keys;
    }
}

package dev.atoll.client;

import dev.atoll.client.internal.Transport;
import dev.atoll.client.internal.Transport.Security;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a client. One thread at a time.
 *
 * <p>Where neither {@link #tls} nor {@link #plaintext} is called, a loopback endpoint ({@code
 * localhost}, {@code 127.…}, {@code [::1]}) is called in the clear, as a development server
 * listens, and any other with TLS and the system's authorities: a token never travels a network
 * unprotected by accident.
 */
public final class AtollBuilder {
    private final String endpoint;
    private @Nullable Supplier<String> token;
    private @Nullable Security security;
    private Duration deadline = Duration.ofSeconds(30);
    private RetryPolicy retryPolicy = RetryPolicy.standard();

    AtollBuilder(String endpoint) {
        int colon = endpoint.lastIndexOf(':');
        if (colon <= 0 || !endpoint.substring(colon + 1).matches("\\d{1,5}")) {
            throw new IllegalArgumentException(
                    "endpoint: '" + endpoint + "' (expected: host:port)");
        }
        this.endpoint = endpoint;
    }

    /** The token of every call: a JWT, without {@code Bearer}. */
    public AtollBuilder token(String token) {
        checkToken(token);
        this.token = () -> token;
        return this;
    }

    /**
     * Where the token of each attempt comes from, for tokens that expire. Asked very often and by
     * many threads at once: it must be quick, and keep the token until it needs another.
     */
    public AtollBuilder token(Supplier<String> supplier) {
        this.token =
                () -> {
                    var token = supplier.get();
                    checkToken(token);
                    return token;
                };
        return this;
    }

    /** TLS; trusts the system's authorities. */
    public AtollBuilder tls() {
        this.security = new Security.Tls(null);
        return this;
    }

    /** TLS; trusts the authorities in a PEM file and no others. */
    public AtollBuilder tls(Path authorities) {
        this.security = new Security.Tls(authorities);
        return this;
    }

    /** No TLS: whoever is on the way reads the token and the data. */
    public AtollBuilder plaintext() {
        this.security = new Security.Plaintext();
        return this;
    }

    /** How long a call takes at most, its repetitions included; 30 s unless set. */
    public AtollBuilder deadline(Duration deadline) {
        this.deadline = Calls.checkDeadline(deadline);
        return this;
    }

    /** How calls are repeated; {@link RetryPolicy#standard()} unless set. */
    public AtollBuilder retryPolicy(RetryPolicy policy) {
        this.retryPolicy = policy;
        return this;
    }

    /**
     * The client. Close it when the program no longer needs it.
     *
     * @throws java.io.UncheckedIOException if the authorities cannot be read
     */
    public Atoll build() {
        var transport =
                new Transport(
                        endpoint,
                        security == null ? usualSecurity() : security,
                        token,
                        retryPolicy.backoff(),
                        AtollException::of);
        return Atoll.open(endpoint, transport, deadline);
    }

    private Security usualSecurity() {
        var host = endpoint.substring(0, endpoint.lastIndexOf(':'));
        boolean loopback =
                host.equals("localhost")
                        || host.equals("[::1]")
                        || host.matches("127(\\.\\d{1,3}){3}");
        return loopback ? new Security.Plaintext() : new Security.Tls(null);
    }

    private static void checkToken(String token) {
        // A token is a secret: the text says what is wrong, not what was given.
        if (!token.matches("[\\x21-\\x7e]+")) {
            throw new IllegalArgumentException(
                    "token: not one word of printable ASCII (expected: a JWT)");
        }
    }
}

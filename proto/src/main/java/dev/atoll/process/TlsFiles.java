package dev.atoll.process;

import io.grpc.ChannelCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * TLS from PEM files that are looked at again and again, so that renewed certificates are used
 * without a restart. A file that cannot be read later leaves the certificate in force. Thread-safe.
 */
public final class TlsFiles implements AutoCloseable {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

    private final ScheduledExecutorService watcher;
    private final @Nullable AdvancedTlsX509KeyManager identity;
    private final @Nullable AdvancedTlsX509TrustManager authorities;

    /**
     * Reads the files once, so that a wrong one is known at start, and then watches them.
     *
     * @param certificate the chain that this process shows, or null for a client without one
     * @param key its private key (PKCS #8), or null
     * @param authorities the authorities it trusts, or null for the system's
     */
    public TlsFiles(@Nullable Path certificate, @Nullable Path key, @Nullable Path authorities)
            throws IOException, GeneralSecurityException {
        watcher =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("tls-watch-", 0).factory());
        try {
            this.identity =
                    certificate == null || key == null ? null : watchIdentity(certificate, key);
            this.authorities = authorities == null ? null : watchAuthorities(authorities);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            watcher.shutdownNow();
            throw e;
        }
    }

    /** For a port; with {@code clientsRequired} a client must show a certificate we trust. */
    public ServerCredentials server(boolean clientsRequired) {
        if (identity == null || (clientsRequired && authorities == null)) {
            throw new IllegalStateException(
                    "a TLS port needs a certificate, and authorities where it asks clients for theirs");
        }
        var credentials = TlsServerCredentials.newBuilder().keyManager(identity);
        if (clientsRequired) {
            credentials
                    .trustManager(authorities)
                    .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE);
        }
        return credentials.build();
    }

    /** For a channel; shows our certificate if we have one. */
    public ChannelCredentials client() {
        var credentials = TlsChannelCredentials.newBuilder();
        Optional.ofNullable(identity).ifPresent(credentials::keyManager);
        Optional.ofNullable(authorities).ifPresent(credentials::trustManager);
        return credentials.build();
    }

    /** Stops looking at the files; what was handed out goes on with what was last read. */
    @Override
    public void close() {
        watcher.shutdownNow();
    }

    private AdvancedTlsX509KeyManager watchIdentity(Path certificate, Path key)
            throws IOException, GeneralSecurityException {
        var manager = new AdvancedTlsX509KeyManager();
        manager.updateIdentityCredentials(
                certificate.toFile(),
                key.toFile(),
                LOOK_AGAIN.toMillis(),
                TimeUnit.MILLISECONDS,
                watcher);
        return manager;
    }

    private AdvancedTlsX509TrustManager watchAuthorities(Path file)
            throws IOException, GeneralSecurityException {
        var manager = AdvancedTlsX509TrustManager.newBuilder().build();
        manager.updateTrustCredentials(
                file.toFile(), LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS, watcher);
        return manager;
    }
}

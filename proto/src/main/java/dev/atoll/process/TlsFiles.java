package dev.atoll.process;

import io.grpc.ChannelCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * TLS from PEM files that are looked at again and again, so that renewed certificates are used
 * without a restart. A file that cannot be read later leaves the certificate in force. Thread-safe.
 */
public final class TlsFiles implements AutoCloseable {
    private static final Logger LOG = System.getLogger(TlsFiles.class.getName());

    // gRPC's own watch of files looks once a minute at the most often.
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
        watch(
                () -> manager.updateIdentityCredentials(certificate.toFile(), key.toFile()),
                certificate,
                key);
        return manager;
    }

    private AdvancedTlsX509TrustManager watchAuthorities(Path file)
            throws IOException, GeneralSecurityException {
        var manager = AdvancedTlsX509TrustManager.newBuilder().build();
        watch(() -> manager.updateTrustCredentials(file.toFile()), file);
        return manager;
    }

    /** Reads files. */
    private interface Reading {
        void run() throws IOException, GeneralSecurityException;
    }

    /** Reads now, and again whenever one of the files is another than it was. */
    private void watch(Reading reading, Path... files)
            throws IOException, GeneralSecurityException {
        var known = new AtomicReference<>(versions(files));
        reading.run();
        var _ =
                watcher.scheduleWithFixedDelay(
                        () -> readIfChanged(reading, known, files),
                        LOOK_AGAIN.toMillis(),
                        LOOK_AGAIN.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private static void readIfChanged(
            Reading reading, AtomicReference<List<String>> known, Path... files) {
        try {
            var versions = versions(files);
            if (!versions.equals(known.get())) {
                reading.run();
                known.set(versions);
                LOG.log(Level.INFO, "TLS files read again: {0}", List.of(files));
            }
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            // Half replaced, perhaps: what was read before stays in force, and we look again.
            LOG.log(
                    Level.WARNING,
                    "TLS files cannot be used, the old ones stay: " + e.getMessage());
        }
    }

    /** What tells one version of a file from the next, be it written over or renamed into place. */
    private static List<String> versions(Path... files) throws IOException {
        var versions = new ArrayList<String>();
        for (var file : files) {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            versions.add(
                    attributes.lastModifiedTime()
                            + " "
                            + attributes.size()
                            + " "
                            + attributes.fileKey());
        }
        return versions;
    }
}

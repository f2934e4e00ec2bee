package dev.atoll.router.auth;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** The issuers of a file with their keys, which one thread keeps fresh. Thread-safe. */
final class TrustedIssuers implements AutoCloseable {
    /** How often strangers can make us fetch an issuer's keys. */
    private static final Duration FETCH_PAUSE = Duration.ofSeconds(10);

    private final List<Issuer> issuers;
    private final ScheduledExecutorService timer;

    private TrustedIssuers(List<Issuer> issuers, ScheduledExecutorService timer) {
        this.issuers = List.copyOf(issuers);
        this.timer = timer;
    }

    /** Reads keys in files now, and begins to fetch those behind URLs. */
    static TrustedIssuers open(IssuersFile file) throws IOException {
        var timer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("auth-keys-", 0).factory());
        var issuers = new ArrayList<Issuer>();
        try {
            for (var entry : file.entries()) {
                KeySource source =
                        switch (entry.keys()) {
                            case IssuersFile.KeyPlace.SetFile(var path) ->
                                    new JwksFile(path, timer);
                            case IssuersFile.KeyPlace.SetUrl(var url) ->
                                    new JwksUrl(url, FETCH_PAUSE, timer);
                            case IssuersFile.KeyPlace.SecretFile(var path) ->
                                    new SharedSecret(path);
                        };
                issuers.add(new Issuer(entry.trust(), entry.algorithms(), source));
            }
            return new TrustedIssuers(issuers, timer);
        } catch (IOException e) {
            new TrustedIssuers(issuers, timer).close();
            throw new IOException("keys of an issuer cannot be read: " + e.getMessage(), e);
        }
    }

    List<Issuer> all() {
        return issuers;
    }

    @Override
    public void close() {
        issuers.forEach(issuer -> issuer.source().close());
        timer.shutdownNow();
    }
}

package dev.atoll.node.lease;

import dev.atoll.wire.EtcdLayout;
import io.etcd.jetcd.Client;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * How a node joins a cluster. Immutable.
 *
 * @param endpoints URLs of etcd
 * @param layout of the cluster's keys
 * @param tls files for etcd
 * @param shards of the cluster, where this node creates it
 * @param advertised what routers learn of the node
 */
public record EtcdSettings(
        List<String> endpoints, EtcdLayout layout, Tls tls, int shards, Advertised advertised) {
    public EtcdSettings {
        endpoints = List.copyOf(endpoints);
    }

    /** A client of etcd, which connects when it is first used. */
    public Client connect() throws IOException {
        var builder =
                Client.builder()
                        .endpoints(endpoints.toArray(String[]::new))
                        .keepaliveTime(Duration.ofSeconds(5))
                        .keepaliveTimeout(Duration.ofSeconds(2))
                        // A request fails when etcd is away, and we decide when to try again.
                        .waitForReady(false);
        if (tls.authorities().isPresent()) {
            try {
                builder.sslContext(
                        ssl -> {
                            tls.authorities().map(Path::toFile).ifPresent(ssl::trustManager);
                            if (tls.certificate().isPresent() && tls.key().isPresent()) {
                                ssl.keyManager(
                                        tls.certificate().get().toFile(), tls.key().get().toFile());
                            }
                        });
            } catch (SSLException e) {
                throw new IOException("etcd's TLS files cannot be used: " + e.getMessage(), e);
            }
        }
        return builder.build();
    }

    /** PEM files for etcd; all absent for plaintext. Immutable. */
    public record Tls(Optional<Path> certificate, Optional<Path> key, Optional<Path> authorities) {}

    /**
     * What routers learn of the node. Immutable.
     *
     * @param address HOST:PORT; empty for this host's name and the node's port
     * @param capacity share of the shards relative to other nodes
     */
    public record Advertised(String address, double capacity) {}
}

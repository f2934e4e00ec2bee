package dev.atoll.node.lease;

import dev.atoll.wire.EtcdLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

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

package dev.atoll.router.placement;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where etcd is, and PEM files for TLS to it. Immutable.
 *
 * @param urls of its members; https for TLS
 * @param certificate the chain shown to it, or null
 * @param key of the certificate, or null
 * @param authorities who signs its certificate, or null for the system's
 */
public record EtcdAddress(
        List<String> urls,
        @Nullable Path certificate,
        @Nullable Path key,
        @Nullable Path authorities) {
    public EtcdAddress {
        urls = List.copyOf(urls);
    }
}

package dev.atoll.node.config;

import java.util.List;

/** Which versions are kept. Immutable. */
final class Retention {
    /** A list of them is one message, and is read by people. */
    private static final int VERSIONS_MAX = 1_000;

    /** etcd holds 2 GiB by default, and everything else of a cluster is small. */
    private static final long BYTES_MAX = 128L << 20;

    private Retention() {}

    /** Those that are not kept any more. The current one always is. */
    static List<ConfigVersion> dropped(List<ConfigVersion> newestFirst) {
        long bytes = 0;
        for (int i = 0; i < newestFirst.size(); i++) {
            bytes += newestFirst.get(i).digest().bytes();
            if (i > 0 && (i >= VERSIONS_MAX || bytes > BYTES_MAX)) {
                return newestFirst.subList(i, newestFirst.size());
            }
        }
        return List.of();
    }
}

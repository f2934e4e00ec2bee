package dev.atoll.system.harness;

import org.jspecify.annotations.Nullable;

/**
 * One node and two routers that all test classes share which harm nothing: each test takes
 * {@linkplain TestClient#fresh() instances of its own}. Started by the first, ended with the tests'
 * process.
 */
public final class SharedCluster {
    /** The size limit of the shared node's instances. */
    public static final String INSTANCE_BYTES_MAX = "8MiB";

    private static @Nullable TestCluster cluster;
    private static @Nullable TestClient client;
    private static boolean failed;

    private SharedCluster() {}

    /** The cluster, ready. */
    public static synchronized TestCluster get() {
        if (cluster == null) {
            if (failed) {
                throw new IllegalStateException(
                        "the shared cluster did not start; see the first failure");
            }
            failed = true;
            var starting = new TestCluster("shared");
            starting.addNode().with("instance-bytes-max", INSTANCE_BYTES_MAX).start();
            cluster = starting.start(0, 2);
        }
        return cluster;
    }

    /** A client of its first router that may do everything. */
    public static synchronized TestClient client() {
        if (client == null) {
            client = get().client(0);
        }
        return client;
    }
}

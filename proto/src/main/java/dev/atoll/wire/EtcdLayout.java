package dev.atoll.wire;

import java.util.Locale;

/**
 * The keys of one cluster in etcd. The values are the records of {@code placement.proto}.
 * Immutable.
 *
 * <pre>
 * /atoll/&lt;cluster&gt;/cluster        ClusterRecord   written once
 * /atoll/&lt;cluster&gt;/nodes/&lt;id&gt;     NodeRecord      under the node's lease
 * /atoll/&lt;cluster&gt;/shards/00042   ShardRecord     written by the keeper and the owner
 * /atoll/&lt;cluster&gt;/keeper         router id       under the keeper's lease
 * </pre>
 *
 * @param cluster the name of the cluster: {@code [a-z0-9][a-z0-9-]{0,62}}
 */
public record EtcdLayout(String cluster) {
    /** The version of this layout, written into the ClusterRecord. */
    public static final int FORMAT = 1;

    /** Throws {@link IllegalArgumentException} if the name would not be one path element. */
    public EtcdLayout {
        if (!cluster.matches("[a-z0-9][a-z0-9-]{0,62}")) {
            throw new IllegalArgumentException(
                    "cluster: '" + cluster + "' (expected: [a-z0-9][a-z0-9-]{0,62})");
        }
    }

    /** Under which everything of the cluster lies. */
    public String root() {
        return "/atoll/" + cluster + "/";
    }

    public String clusterKey() {
        return root() + "cluster";
    }

    public String nodesPrefix() {
        return root() + "nodes/";
    }

    public String nodeKey(String node) {
        return nodesPrefix() + node;
    }

    public String shardsPrefix() {
        return root() + "shards/";
    }

    public String shardKey(int shard) {
        return shardsPrefix() + String.format(Locale.ROOT, "%05d", shard);
    }

    /** The number of the shard whose key this is. */
    public int shardOf(String key) {
        return Integer.parseInt(key.substring(shardsPrefix().length()));
    }

    public String keeperKey() {
        return root() + "keeper";
    }
}

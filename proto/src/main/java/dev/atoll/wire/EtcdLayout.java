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
 * /atoll/&lt;cluster&gt;/config         ConfigRecord    of the current version; written by whoever applies one
 *                                 ---- routers read what is above, whole and often
 * /atoll/&lt;cluster&gt;/versions/0000000042           ConfigRecord
 * /atoll/&lt;cluster&gt;/versions-migration-paused    there while it is
 * /atoll/&lt;cluster&gt;/versions-texts/&lt;upload&gt;/00003  a part of a text
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

    /** The current version of the declarations. */
    public String configKey() {
        return root() + "config";
    }

    /** What routers act on is below this key: the versions and their texts sort after the rest. */
    public String placementEnd() {
        return root() + "versions";
    }

    public String versionsPrefix() {
        return root() + "versions/";
    }

    public String versionKey(long version) {
        return versionsPrefix() + String.format(Locale.ROOT, "%010d", version);
    }

    public String versionTextsPrefix() {
        return root() + "versions-texts/";
    }

    /** There while sleeping instances are not brought to the declared schema. */
    public String migrationPausedKey() {
        return root() + "versions-migration-paused";
    }

    /** The parts of one text. */
    public String versionTextPrefix(String upload) {
        return versionTextsPrefix() + upload + "/";
    }

    public String versionTextKey(String upload, int part) {
        return versionTextPrefix(upload) + String.format(Locale.ROOT, "%05d", part);
    }
}

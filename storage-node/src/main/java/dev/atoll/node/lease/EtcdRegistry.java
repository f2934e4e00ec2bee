package dev.atoll.node.lease;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.atoll.proto.placement.v1.ClusterRecord;
import dev.atoll.proto.placement.v1.NodeRecord;
import dev.atoll.proto.placement.v1.ShardRecord;
import dev.atoll.wire.EtcdLayout;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What a node reads from and writes to etcd: every request has a deadline, and fails with an {@link
 * IOException} where etcd is away. Thread-safe.
 */
final class EtcdRegistry implements AutoCloseable {
    private static final Duration REQUEST_MOST = Duration.ofSeconds(2);

    /** etcd takes 128 operations a transaction by default. */
    private static final int OPERATIONS_MAX = 100;

    private final Client client;
    private final EtcdLayout layout;

    EtcdRegistry(EtcdSettings settings) throws IOException {
        this.layout = settings.layout();
        this.client = settings.connect();
    }

    /** What is fixed for the cluster: the record that is there, or this one, which is written. */
    ClusterRecord findOrCreateCluster(ClusterRecord ours) throws IOException {
        var key = bytes(layout.clusterKey());
        var response =
                await(
                        client.getKVClient()
                                .txn()
                                .If(new Cmp(key, Cmp.Op.EQUAL, CmpTarget.version(0)))
                                .Then(Op.put(key, bytes(ours), PutOption.DEFAULT))
                                .Else(Op.get(key, GetOption.DEFAULT))
                                .commit());
        if (response.isSucceeded()) {
            return ours;
        }
        return ClusterRecord.parseFrom(first(response.getGetResponses().getFirst().getKvs()));
    }

    long grantLease(Duration ttl) throws IOException {
        return await(client.getLeaseClient().grant(ttl.toSeconds())).getID();
    }

    /** Renews a lease once; false if it has ended. */
    boolean renewLease(long lease) throws IOException {
        try {
            return await(client.getLeaseClient().keepAliveOnce(lease)).getTTL() > 0;
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("requested lease not found")) {
                return false;
            }
            throw e;
        }
    }

    void revokeLease(long lease) throws IOException {
        await(client.getLeaseClient().revoke(lease));
    }

    /**
     * Registers a node under a lease. Returns the record of the process that holds the id, if that
     * is another one.
     */
    Optional<NodeRecord> register(NodeRecord node, long lease) throws IOException {
        var key = bytes(layout.nodeKey(node.getId()));
        var put = Op.put(key, bytes(node), PutOption.builder().withLeaseId(lease).build());
        var response =
                await(
                        client.getKVClient()
                                .txn()
                                .If(new Cmp(key, Cmp.Op.EQUAL, CmpTarget.version(0)))
                                .Then(put)
                                .Else(Op.get(key, GetOption.DEFAULT))
                                .commit());
        if (response.isSucceeded()) {
            return Optional.empty();
        }
        var there = response.getGetResponses().getFirst().getKvs().getFirst();
        var holder = NodeRecord.parseFrom(there.getValue().getBytes());
        if (!holder.getProcess().equals(node.getProcess())) {
            return Optional.of(holder);
        }
        // Our own, under a lease that we have lost: take it over.
        var taken =
                await(
                        client.getKVClient()
                                .txn()
                                .If(
                                        new Cmp(
                                                key,
                                                Cmp.Op.EQUAL,
                                                CmpTarget.modRevision(there.getModRevision())))
                                .Then(put)
                                .commit());
        if (!taken.isSucceeded()) {
            throw new IOException("the registration changed at the same moment");
        }
        return Optional.empty();
    }

    ShardView readShards() throws IOException {
        var prefix = bytes(layout.shardsPrefix());
        var response =
                await(client.getKVClient().get(prefix, GetOption.builder().isPrefix(true).build()));
        var records = new HashMap<Integer, ShardView.Recorded>();
        for (var pair : response.getKvs()) {
            int shard = layout.shardOf(pair.getKey().toString(StandardCharsets.UTF_8));
            records.put(
                    shard,
                    new ShardView.Recorded(
                            ShardRecord.parseFrom(pair.getValue().getBytes()),
                            pair.getModRevision()));
        }
        return new ShardView(records);
    }

    /** Writes records of shards that have none. */
    void createShards(Map<Integer, ShardRecord> created) throws IOException {
        var absent = new HashMap<Integer, ShardView.Recorded>();
        // A key that is not there has modification revision 0.
        created.forEach((shard, record) -> absent.put(shard, new ShardView.Recorded(record, 0)));
        replaceShards(absent);
    }

    /** Replaces records, each only if nobody else has since it was read. */
    void replaceShards(Map<Integer, ShardView.Recorded> changed) throws IOException {
        var compares = new ArrayList<Cmp>();
        var puts = new ArrayList<Op>();
        for (var change : changed.entrySet()) {
            var key = bytes(layout.shardKey(change.getKey()));
            long revision = change.getValue().modRevision();
            compares.add(new Cmp(key, Cmp.Op.EQUAL, CmpTarget.modRevision(revision)));
            puts.add(Op.put(key, bytes(change.getValue().record()), PutOption.DEFAULT));
            if (puts.size() == OPERATIONS_MAX) {
                commit(compares, puts);
                compares.clear();
                puts.clear();
            }
        }
        if (!puts.isEmpty()) {
            commit(compares, puts);
        }
    }

    /** Calls back whenever a shard's record changes, or the watch breaks. */
    Watch.Watcher watchShards(Runnable changed) {
        return client.getWatchClient()
                .watch(
                        bytes(layout.shardsPrefix()),
                        WatchOption.builder().isPrefix(true).build(),
                        Watch.listener(events -> changed.run(), error -> changed.run(), changed));
    }

    @Override
    public void close() {
        client.close();
    }

    private void commit(List<Cmp> compares, List<Op> puts) throws IOException {
        // A lost race is no error: the next reading shows the record as it is now.
        await(
                client.getKVClient()
                        .txn()
                        .If(compares.toArray(Cmp[]::new))
                        .Then(puts.toArray(Op[]::new))
                        .commit());
    }

    private static byte[] first(List<KeyValue> pairs) throws InvalidProtocolBufferException {
        if (pairs.isEmpty()) {
            throw new InvalidProtocolBufferException("the cluster's record vanished");
        }
        return pairs.getFirst().getValue().getBytes();
    }

    private static <T> T await(CompletableFuture<T> future) throws IOException {
        try {
            return future.get(REQUEST_MOST.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            future.cancel(true);
            throw new IOException(
                    "etcd did not answer within " + REQUEST_MOST.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            var cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(cause.getMessage(), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    private static ByteSequence bytes(MessageLite message) {
        return ByteSequence.from(message.toByteArray());
    }
}

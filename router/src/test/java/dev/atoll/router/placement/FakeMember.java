package dev.atoll.router.placement;

import com.google.protobuf.MessageLite;
import dev.atoll.proto.placement.v1.ClusterRecord;
import dev.atoll.proto.placement.v1.NodeRecord;
import dev.atoll.proto.placement.v1.ShardRecord;
import dev.atoll.proto.placement.v1.ShardRecordState;
import dev.atoll.wire.EtcdLayout;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The part of a node that lives in etcd: registers, and answers for shards it is to release. */
public final class FakeMember implements AutoCloseable {
    private final Client etcd;
    private final EtcdLayout layout;
    private final String id;
    private final ScheduledExecutorService loop =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("member-", 0).factory());

    /** Rounds in which etcd did not answer. */
    public final AtomicInteger missedRounds = new AtomicInteger();

    /** Shards that hold data: PINNED when they are asked for. */
    public final Set<Integer> holdsData = ConcurrentHashMap.newKeySet();

    public FakeMember(String url, EtcdLayout layout, String id, String address, int shards)
            throws Exception {
        this.etcd = Client.builder().endpoints(url).build();
        this.layout = layout;
        this.id = id;
        put(
                layout.clusterKey(),
                ClusterRecord.newBuilder()
                        .setFormat(EtcdLayout.FORMAT)
                        .setCluster(layout.cluster())
                        .setShards(shards)
                        .build(),
                0);
        long lease = etcd.getLeaseClient().grant(60).get(20, TimeUnit.SECONDS).getID();
        put(
                layout.nodeKey(id),
                NodeRecord.newBuilder()
                        .setId(id)
                        .setAddress(address)
                        .setCapacity(1)
                        .setProcess("p-" + id + System.nanoTime())
                        .build(),
                lease);
        var _ = loop.scheduleWithFixedDelay(this::answer, 50, 50, TimeUnit.MILLISECONDS);
    }

    /** As if its lease had run out. */
    public void die() throws Exception {
        loop.shutdownNow();
        etcd.getKVClient().delete(bytes(layout.nodeKey(id))).get(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        loop.shutdownNow();
        etcd.close();
    }

    private void answer() {
        try {
            var shards =
                    etcd.getKVClient()
                            .get(
                                    bytes(layout.shardsPrefix()),
                                    GetOption.builder().isPrefix(true).build())
                            .get(20, TimeUnit.SECONDS);
            for (var entry : shards.getKvs()) {
                var shard = ShardRecord.parseFrom(entry.getValue().getBytes());
                if (shard.getOwner().equals(id)
                        && shard.getState() == ShardRecordState.SHARD_RECORD_STATE_RELEASING) {
                    int number = layout.shardOf(entry.getKey().toString(StandardCharsets.UTF_8));
                    var state =
                            holdsData.contains(number)
                                    ? ShardRecordState.SHARD_RECORD_STATE_PINNED
                                    : ShardRecordState.SHARD_RECORD_STATE_RELEASED;
                    etcd.getKVClient()
                            .txn()
                            .If(
                                    new Cmp(
                                            entry.getKey(),
                                            Cmp.Op.EQUAL,
                                            CmpTarget.modRevision(entry.getModRevision())))
                            .Then(
                                    Op.put(
                                            entry.getKey(),
                                            value(shard.toBuilder().setState(state).build()),
                                            PutOption.DEFAULT))
                            .commit()
                            .get(20, TimeUnit.SECONDS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            // etcd is away: the next round tries again.
            missedRounds.incrementAndGet();
        }
    }

    private void put(String key, MessageLite message, long lease) throws Exception {
        etcd.getKVClient()
                .put(bytes(key), value(message), PutOption.builder().withLeaseId(lease).build())
                .get(20, TimeUnit.SECONDS);
    }

    private static ByteSequence value(MessageLite message) {
        return ByteSequence.from(message.toByteString());
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }
}

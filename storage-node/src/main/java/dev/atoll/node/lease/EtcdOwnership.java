package dev.atoll.node.lease;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.atoll.node.folder.DataFolder;
import dev.atoll.proto.placement.v1.ClusterRecord;
import dev.atoll.proto.placement.v1.NodeRecord;
import dev.atoll.proto.placement.v1.ShardRecord;
import dev.atoll.proto.placement.v1.ShardRecordState;
import dev.atoll.wire.Epoch;
import dev.atoll.wire.EtcdLayout;
import dev.atoll.wire.Failure;
import io.etcd.jetcd.Watch;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node of a cluster: registered under a lease in etcd, owner of the shards that the record gives
 * it. Thread-safe; one thread of its own talks to etcd.
 *
 * <p>While data lives on one node only, a shard that was this node's stays so until this node
 * itself lets go of it. So it goes on serving while etcd is away, and the lease decides only what
 * routers and the keeper think of it; but for a second process with the same id, to which it
 * yields.
 */
public final class EtcdOwnership implements Ownership {
    static final Duration TTL = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(EtcdOwnership.class);
    private static final Duration RENEW_EVERY = Duration.ofSeconds(1);
    private static final Duration FIRST_ANSWER_MOST = Duration.ofSeconds(15);

    /** A registration of an ended process goes away with its lease; a live one stays. */
    private static final int REGISTRATIONS_MOST = 12;

    private final DataFolder folder;
    private final EtcdSettings settings;
    private final String node;
    private final LeaseClock lease = new LeaseClock(TTL, System::nanoTime, InstantSource.system());
    private final Thread thread;
    private final Semaphore wakeUps = new Semaphore(0);
    private final CountDownLatch firstOutcome = new CountDownLatch(1);

    // Replaced whole by the lease thread; never modified.
    private volatile ShardView view = ShardView.EMPTY;

    /**
     * By shard, the epoch under which it is served; null where it is not. Replaced, not changed.
     */
    private volatile @Nullable Epoch[] served = {};

    private volatile State state = new Connecting("not tried yet");
    private volatile boolean closed;

    @GuardedBy("fences")
    private final BitSet fences = new BitSet();

    // Of the lease thread alone, once it runs.
    private NodeRecord self = NodeRecord.getDefaultInstance();
    private EtcdRegistry etcd;
    private long leaseId;
    private int refusals;
    private Watch.@Nullable Watcher watcher;

    /** Where the node stands with etcd. */
    private sealed interface State {}

    /** Not registered; etcd is away or just not asked. */
    private record Connecting(String why) implements State {}

    /** Registered under a lease. */
    private record Registered() implements State {}

    /** etcd answers, but this node does not belong there. */
    private record Refused(String why) implements State {}

    public EtcdOwnership(DataFolder folder, EtcdSettings settings) throws IOException {
        this.folder = folder;
        this.settings = settings;
        this.node = folder.nodeId();
        this.etcd = new EtcdRegistry(settings);
        this.thread = Thread.ofPlatform().daemon().name("lease").unstarted(this::keep);
    }

    /**
     * Begins to register, and waits for the first answer. Throws if etcd refuses this node; where
     * etcd is away it returns, and goes on trying.
     *
     * @param address HOST:PORT that routers call
     */
    public void start(String address) throws IOException {
        self =
                NodeRecord.newBuilder()
                        .setId(node)
                        .setAddress(address)
                        .setCapacity(settings.advertised().capacity())
                        .setRegisteredAtMillis(System.currentTimeMillis())
                        .setProcess(UUID.randomUUID().toString())
                        .build();
        thread.start();
        try {
            var _ = firstOutcome.await(FIRST_ANSWER_MOST.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while registering", e);
        }
        if (state instanceof Refused(String why)) {
            close();
            throw new IOException(why);
        }
    }

    @Override
    public Epoch checkOwner(int shard) {
        var epochs = served;
        var epoch = shard < epochs.length ? epochs[shard] : null;
        if (epoch == null || state instanceof Refused) {
            throw Failure.notOwner(shard, isFenced(shard) ? "" : view.owner(shard));
        }
        return epoch;
    }

    @Override
    public void holdShard(int shard) throws IOException {
        synchronized (fences) {
            // Under the same lock as the fence: either it is held first and stays, or fenced first
            // and refused.
            if (fences.get(shard)) {
                throw Failure.notOwner(shard, "");
            }
            folder.hold(shard);
        }
    }

    @Override
    public BitSet ownedShards() {
        return view.owned(node);
    }

    /** Whether the lease is good now. */
    public boolean leaseIsGood() {
        return state instanceof Registered && lease.isGood();
    }

    /** How long the lease is good for yet; zero when it is lost. */
    public Duration leaseLeft() {
        return leaseIsGood() ? lease.left() : Duration.ZERO;
    }

    @Override
    public List<String> missing() {
        return switch (state) {
            case Connecting(String why) -> List.of("etcd: not registered: " + why);
            case Refused(String why) -> List.of("etcd: refused: " + why);
            case Registered() when !lease.isGood() ->
                    List.of(
                            "etcd: the lease could not be renewed in time; what this node holds goes on being served");
            case Registered() -> List.of();
        };
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        wakeUps.release();
        // Not started where something before it failed, a port in use perhaps.
        if (thread.isAlive()) {
            try {
                thread.join(TTL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        etcd.close();
    }

    /** The lease thread. */
    private void keep() {
        while (!closed) {
            try {
                if (state instanceof Registered) {
                    renew();
                } else {
                    register();
                }
                if (state instanceof Registered) {
                    refreshShards();
                }
            } catch (IOException | RuntimeException e) {
                // Of any kind: without this thread the node would never be a member again.
                lost(String.valueOf(e.getMessage()));
                reconnect();
            }
            if (!(state instanceof Refused) || refusals >= REGISTRATIONS_MOST) {
                firstOutcome.countDown();
            }
            pause();
        }
        leave();
    }

    private void register() throws IOException {
        var ours =
                ClusterRecord.newBuilder()
                        .setFormat(EtcdLayout.FORMAT)
                        .setCluster(settings.layout().cluster())
                        .setShards(settings.shards())
                        .build();
        var there = etcd.findOrCreateCluster(ours);
        if (!there.equals(ours)) {
            refuse(
                    "etcd belongs to another cluster: format "
                            + there.getFormat()
                            + ", cluster '"
                            + there.getCluster()
                            + "', "
                            + there.getShards()
                            + " shards (expected: format "
                            + ours.getFormat()
                            + ", '"
                            + ours.getCluster()
                            + "', "
                            + ours.getShards()
                            + ")",
                    REGISTRATIONS_MOST);
            return;
        }
        claimHeldShards();
        long sent = System.nanoTime();
        leaseId = etcd.grantLease(TTL);
        var holder = etcd.register(self, leaseId);
        if (holder.isPresent()) {
            etcd.revokeLease(leaseId);
            refuse(
                    "a node with id "
                            + node
                            + " is registered already, at "
                            + holder.get().getAddress()
                            + " (expected: one process with that id)",
                    refusals + 1);
            return;
        }
        lease.renewed(sent);
        refusals = 0;
        see(admit(etcd.readShards()));
        if (watcher == null) {
            watcher = etcd.watchShards(wakeUps::release);
        }
        state = new Registered();
        LOG.atInfo()
                .addKeyValue("node", node)
                .addKeyValue("address", self.getAddress())
                .log("registered with etcd");
    }

    /**
     * A record that was lost (etcd started anew, empty) must not make this node's data seem never
     * to have been: before anybody can deal these shards out, they are its own again.
     */
    private void claimHeldShards() throws IOException {
        var recorded = etcd.readShards().records();
        var seen = folder.epochsSeen();
        var lost = new HashMap<Integer, ShardRecord>();
        for (int shard = 0; shard < folder.shards(); shard++) {
            if (folder.everHeld(shard) && !recorded.containsKey(shard)) {
                lost.put(
                        shard,
                        ShardRecord.newBuilder()
                                .setOwner(node)
                                .setEpoch(seen.getOrDefault(shard, 0L) + 1)
                                .setState(ShardRecordState.SHARD_RECORD_STATE_PINNED)
                                .build());
            }
        }
        if (!lost.isEmpty()) {
            LOG.warn(
                    "etcd has no record of {} shards whose data is here: claiming them",
                    lost.size());
            etcd.createShards(lost);
        }
    }

    private void renew() throws IOException {
        long sent = System.nanoTime();
        if (etcd.renewLease(leaseId)) {
            lease.renewed(sent);
        } else {
            lost("the lease has ended");
        }
    }

    private void refreshShards() throws IOException {
        see(admit(etcd.readShards()));
        var releasing = view.releasing(node);
        if (releasing.isEmpty()) {
            return;
        }
        var answers = new HashMap<Integer, ShardView.Recorded>();
        releasing.forEach(
                (shard, asked) -> {
                    var answer =
                            tryFence(shard)
                                    ? ShardRecordState.SHARD_RECORD_STATE_RELEASED
                                    : ShardRecordState.SHARD_RECORD_STATE_PINNED;
                    var record = asked.record().toBuilder().setState(answer).build();
                    answers.put(shard, new ShardView.Recorded(record, asked.modRevision()));
                });
        etcd.replaceShards(answers);
        see(admit(etcd.readShards()));
    }

    private void see(ShardView next) {
        synchronized (fences) {
            view = next;
            publish();
        }
    }

    /** What every call asks, put so that it need not look anything up. */
    @GuardedBy("fences")
    private void publish() {
        var epochs = new @Nullable Epoch[folder.shards()];
        for (int shard = 0; shard < epochs.length; shard++) {
            epochs[shard] = fences.get(shard) ? null : view.epoch(shard, node).orElse(null);
        }
        served = epochs;
    }

    /** Takes records over, but none whose epoch is older than one that this node has seen. */
    private ShardView admit(ShardView read) throws IOException {
        var seen = folder.epochsSeen();
        var newer = new HashMap<Integer, Long>();
        var admitted = new HashMap<Integer, ShardView.Recorded>();
        var owned = read.owned(node);
        var stale = new ArrayList<Integer>();
        read.records()
                .forEach(
                        (shard, recorded) -> {
                            long epoch = recorded.record().getEpoch();
                            if (owned.get(shard) && epoch < seen.getOrDefault(shard, 0L)) {
                                stale.add(shard);
                            } else {
                                admitted.put(shard, recorded);
                            }
                            if (owned.get(shard) && epoch > seen.getOrDefault(shard, 0L)) {
                                newer.put(shard, epoch);
                            }
                        });
        if (!stale.isEmpty() && view.records().keySet().containsAll(stale)) {
            LOG.error(
                    "shards {} are recorded with an epoch older than one seen here: not served",
                    stale);
        }
        folder.seeEpochs(newer);
        unfence(newer.keySet().stream().toList());
        return new ShardView(Map.copyOf(admitted));
    }

    /** Stops the shard from ever getting an instance here, if it never had one. */
    private boolean tryFence(int shard) {
        synchronized (fences) {
            boolean empty = !folder.everHeld(shard);
            if (empty) {
                fences.set(shard);
                publish();
            }
            return empty;
        }
    }

    private void unfence(List<Integer> shards) {
        synchronized (fences) {
            // A newer epoch: the shard went away and came back.
            shards.forEach(fences::clear);
            publish();
        }
    }

    private boolean isFenced(int shard) {
        synchronized (fences) {
            return fences.get(shard);
        }
    }

    private void refuse(String why, int count) {
        if (refusals == 0) {
            LOG.warn("etcd refuses this node: {}", why);
        }
        refusals = count;
        state = new Refused(why);
    }

    private void lost(String why) {
        if (state instanceof Registered) {
            LOG.warn("lost touch with etcd: {}", why);
        } else if (firstOutcome.getCount() > 0) {
            LOG.warn("etcd cannot be reached at {}: {}; trying again", settings.endpoints(), why);
        }
        state = new Connecting(why);
    }

    /**
     * A fresh client: the back-off between attempts to connect grows while etcd is away, and a
     * lease must not end for it once etcd is back.
     */
    private void reconnect() {
        closeWatcher();
        etcd.close();
        try {
            etcd = new EtcdRegistry(settings);
        } catch (IOException e) {
            // The files could be read at the start; the next attempt reads them again.
            LOG.warn("etcd's client cannot be made: {}", e.getMessage());
        }
    }

    private void closeWatcher() {
        if (watcher != null) {
            watcher.close();
            watcher = null;
        }
    }

    private void leave() {
        try {
            closeWatcher();
            if (state instanceof Registered) {
                etcd.revokeLease(leaseId);
            }
        } catch (IOException e) {
            LOG.info("the registration could not be given back; it ends with its lease");
        }
    }

    private void pause() {
        try {
            if (wakeUps.tryAcquire(RENEW_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                wakeUps.drainPermits();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("the lease thread was interrupted", e);
        }
    }
}

package dev.atoll.router.placement;

import dev.atoll.wire.EtcdLayout;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This router's part in keeping the record: stands for election while nobody keeps it, and writes
 * while it does. What it writes compares the election it won, so a keeper that does not know yet
 * that it is one no more writes nothing. One thread at a time (the placement's).
 */
final class Keeper {
    private static final Logger log = LoggerFactory.getLogger(Keeper.class);
    private static final Duration LEASE = Duration.ofSeconds(5);
    private static final Duration RENEW_EVERY = Duration.ofMillis(1500);

    /** etcd takes 128 operations a transaction unless told otherwise. */
    private static final int WRITES_MAX = 100;

    private final EtcdClient etcd;
    private final EtcdLayout layout;
    private final String router;

    // Where each shard was last seen: outlives an etcd that comes back without its data.
    private final Map<Integer, ShardPlace> remembered = new HashMap<>();

    private OptionalLong lease = OptionalLong.empty();
    private long renewedAt;

    // Read by metrics.
    private volatile boolean elected;

    Keeper(EtcdClient etcd, EtcdLayout layout, String router) {
        this.etcd = etcd;
        this.layout = layout;
        this.router = router;
    }

    boolean elected() {
        return elected;
    }

    /**
     * Acts on the record as it was just read; whether it wrote, so that it should be read again.
     */
    boolean act(EtcdRecord record) throws IOException {
        remembered.putAll(record.view().places());
        if (!renewed()) {
            lease = OptionalLong.empty();
        }
        if (record.keeper().isEmpty()) {
            elected(false);
            return stand();
        }
        var keeper = record.keeper().get();
        elected(keeper.router().equals(router));
        return elected && write(record.view(), keeper.createRevision());
    }

    /** etcd is away: somebody else may be elected without our knowing. */
    void lost() {
        elected(false);
    }

    /** Lets another router be elected at once. */
    void resign() {
        elected(false);
        if (lease.isPresent()) {
            try {
                etcd.revokeLease(lease.getAsLong());
            } catch (IOException e) {
                log.debug("the keeper's lease runs out by itself: {}", e.toString());
            }
            lease = OptionalLong.empty();
        }
    }

    private boolean renewed() throws IOException {
        long now = System.nanoTime();
        if (lease.isEmpty() || now - renewedAt < RENEW_EVERY.toNanos()) {
            return lease.isPresent();
        }
        renewedAt = now;
        return etcd.renewLease(lease.getAsLong());
    }

    private boolean stand() throws IOException {
        if (lease.isEmpty()) {
            renewedAt = System.nanoTime();
            lease = OptionalLong.of(etcd.grantLease(LEASE));
        }
        return etcd.create(layout.keeperKey(), router, lease.getAsLong());
    }

    private boolean write(PlacementView view, long election) throws IOException {
        var changes = PlacementPlan.of(view, remembered);
        var batch = new ArrayList<EtcdClient.Write>();
        for (var change : changes) {
            long before = change.before() == null ? 0 : change.before().modRevision();
            batch.add(
                    new EtcdClient.Write(
                            layout.shardKey(change.shard()),
                            EtcdRecord.encode(change.after()),
                            before));
            if (batch.size() == WRITES_MAX && !write(batch, election)) {
                return true;
            }
        }
        if (!batch.isEmpty()) {
            write(batch, election);
        }
        if (!changes.isEmpty()) {
            log.atDebug().addKeyValue("shards", changes.size()).log("placed shards");
        }
        return !changes.isEmpty();
    }

    private boolean write(List<EtcdClient.Write> batch, long election) throws IOException {
        boolean wrote = etcd.write(batch, layout.keeperKey(), election);
        batch.clear();
        return wrote;
    }

    private void elected(boolean now) {
        if (now != elected) {
            elected = now;
            log.atInfo()
                    .addKeyValue("router", router)
                    .log(now ? "this router keeps the placement" : "keeps the placement no more");
        }
    }
}

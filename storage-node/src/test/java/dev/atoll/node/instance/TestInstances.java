package dev.atoll.node.instance;

import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.declared.BlocksInForce;
import dev.atoll.node.disk.SystemDisk;
import dev.atoll.node.folder.DataFolder;
import dev.atoll.node.journal.FileJournal;
import dev.atoll.node.journal.JournalMetrics;
import dev.atoll.node.journal.JournalSettings;
import dev.atoll.node.journal.LogMark;
import dev.atoll.node.lease.LocalOwnership;
import dev.atoll.node.lease.Ownership;
import dev.atoll.node.operations.RowIds;
import dev.atoll.node.sqlite.SqlCall;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.node.sqlite.SqliteLimits;
import dev.atoll.wire.Epoch;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The instances of a node without its network, over a journal that a test can interfere with. */
final class TestInstances implements AutoCloseable {
    /** One: whatever keeps new instances out of a shard keeps them all out. */
    private static final int SHARDS = 1;

    private static final long SEGMENT_BYTES = 256 << 10;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Runs once, when a listing looks at the first row that it has read from the catalogue. */
    @Nullable Runnable whileListing;

    /** Runs when the shard of an instance that is to be made is held. */
    volatile Runnable whileHolding = () -> {};

    final MeddledJournal journal;
    final Instances door;
    private final DataFolder folder;
    private final Recovery recovery;

    private TestInstances(
            Path data,
            int openMax,
            Duration sleepAfter,
            Consumer<MeddledJournal> meddling,
            boolean redoFirst)
            throws IOException {
        folder = DataFolder.open(data, "test", SHARDS, new Random(1));
        journal =
                new MeddledJournal(
                        FileJournal.open(
                                new FileJournal.Place(SystemDisk.INSTANCE, folder.journal()),
                                new JournalSettings(
                                        SEGMENT_BYTES,
                                        8 * SEGMENT_BYTES,
                                        8 * SEGMENT_BYTES,
                                        0,
                                        Duration.ofDays(1)),
                                new JournalMetrics(new SimpleMeterRegistry()),
                                new FileJournal.Sources(
                                        System::nanoTime, new Random(2), LogMark.NONE)));
        meddling.accept(journal);
        recovery = Recovery.prepare(journal, folder, SqliteLimits.DEFAULT, false);
        door =
                new Instances(
                        new Instances.Parts(
                                folder,
                                new Owner(),
                                new InstanceMetrics(new SimpleMeterRegistry()),
                                journal,
                                recovery),
                        new BlocksInForce(Optional::empty, new RowIds(new Random(3))),
                        new InstanceLimits(
                                openMax,
                                100,
                                new InstanceLimits.Idle(Duration.ofDays(1), sleepAfter),
                                Duration.ofDays(1),
                                0,
                                SqliteLimits.DEFAULT),
                        2);
        if (redoFirst) {
            redoAll();
        }
        door.start();
    }

    private void redoAll() {
        recovery.catalog()
                .list(new Catalog.Range("", "", Optional.empty()), new Owner().ownedShards(), 100)
                .forEach(entry -> recovery.ensure(entry.incarnation()));
    }

    /** The first ten of the range. */
    List<InstanceStatus> list(Catalog.Range range) {
        return door.list(range, door.ownedShards(), 10);
    }

    static TestInstances open(Path data, int openMax) throws IOException {
        return new TestInstances(data, openMax, Duration.ofDays(1), journal -> {}, false);
    }

    /** The same, where instances go to sleep as soon as nobody calls them. */
    static TestInstances openSleepy(Path data) throws IOException {
        return new TestInstances(data, 10, Duration.ZERO, journal -> {}, false);
    }

    /**
     * The same, over a journal that is meddled with before the recovery begins; all is redone on
     * this thread, one instance after the other.
     */
    static TestInstances recover(Path data, Consumer<MeddledJournal> meddling) throws IOException {
        return new TestInstances(data, 10, Duration.ofDays(1), meddling, true);
    }

    /** All shards, and whoever asks for them can be kept waiting. */
    private final class Owner implements Ownership {
        private final Ownership local = new LocalOwnership(folder);

        @Override
        public Epoch checkOwner(int shard) {
            return local.checkOwner(shard);
        }

        @Override
        public void holdShard(int shard) throws IOException {
            local.holdShard(shard);
            whileHolding.run();
        }

        @Override
        public BitSet ownedShards() {
            return new WatchedShards(SHARDS);
        }

        @Override
        public List<String> missing() {
            return local.missing();
        }

        @Override
        public void close() {
            local.close();
        }
    }

    @SuppressWarnings("serial") // Nobody serializes it.
    private final class WatchedShards extends BitSet {
        WatchedShards(int count) {
            set(0, count);
        }

        @Override
        public boolean get(int shard) {
            var meanwhile = whileListing;
            whileListing = null;
            if (meanwhile != null) {
                meanwhile.run();
            }
            return super.get(shard);
        }
    }

    /** Runs the statements in a transaction, and waits for the reply. */
    void write(String key, String... statements) {
        var _ =
                await(
                        door.write(
                                InstanceKey.parse(key),
                                terms(),
                                (tx, turn) -> {
                                    for (var sql : statements) {
                                        var _ = tx.execute(SqlCall.of(sql));
                                    }
                                    return true;
                                }));
    }

    /** The single integer that a query gives. */
    long read(String key, String sql) {
        return await(
                door.read(
                        InstanceKey.parse(key),
                        terms(),
                        (tx, turn) -> {
                            var value = tx.query(SqlCall.of(sql)).rows().getFirst().getFirst();
                            return ((SqlValue.Integer64) value).value();
                        }));
    }

    void delete(String key) {
        var _ = await(door.delete(InstanceKey.parse(key), terms()));
    }

    List<String> verify(String key) {
        return await(door.verify(InstanceKey.parse(key), terms()));
    }

    InstanceStatus describe(String key) {
        return await(door.describe(InstanceKey.parse(key), terms()));
    }

    static Terms terms() {
        return Terms.until(System.nanoTime() + PATIENCE.toNanos());
    }

    /** The reply of a call, or the failure that it ended with. */
    static <T> T await(Call<T> call) {
        try {
            return call.reply().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof Failure failure ? failure : e;
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
        recovery.catalog().close();
        journal.close();
        folder.close();
    }
}

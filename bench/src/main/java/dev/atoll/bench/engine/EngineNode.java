package dev.atoll.bench.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.ByteString;
import dev.atoll.node.NodeConfig;
import dev.atoll.node.StorageNode;
import dev.atoll.node.instance.Instances;
import dev.atoll.node.instance.Terms;
import dev.atoll.node.instance.WriteWork;
import dev.atoll.node.operations.Operation;
import dev.atoll.node.operations.RowCaller;
import dev.atoll.node.sqlite.Remembered;
import dev.atoll.node.sqlite.SqlCall;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.process.Settings;
import dev.atoll.proto.v1.ApplyConfigRequest;
import dev.atoll.proto.v1.ConfigServiceGrpc;
import dev.atoll.wire.CallMetadata;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/**
 * A node of its own in a folder, called at the door of its engine: lanes, capture, journal and
 * output gate, and nothing of the network. Thread-safe.
 */
final class EngineNode implements AutoCloseable {
    /** Longer than anything that is measured; whoever is later has failed. */
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    /** With fewer places than calls under way, calls would be refused. */
    private static final int OPEN_MIN = 64;

    /** What a Mutate of one insert answers takes about that much. */
    private static final int REPLY_BYTES = 64;

    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    private static final String PRINCIPAL = "service:bench/bench";

    /** Made once: keys are checked where calls come in, and that is not measured. */
    private static final List<InstanceKey> KEYS =
            LongStream.range(0, 1_000).mapToObj(EngineNode::newKey).toList();

    private final StorageNode node;
    private final MeterRegistry registry;
    private final Instances instances;
    private final ManagedChannel channel;

    private EngineNode(StorageNode node, MeterRegistry registry, String name) {
        this.node = node;
        this.registry = registry;
        this.instances = node.instances();
        this.channel = InProcessChannelBuilder.forName(name).build();
    }

    /** Starts one with the settings that nodes have, but for how many instances may be open. */
    static EngineNode start(Path data, int openMax) throws IOException {
        return start(data, openMax, Map.of());
    }

    /** The same with other settings, too. */
    static EngineNode start(Path data, int openMax, Map<String, String> others) throws IOException {
        var flags = new HashMap<>(others);
        flags.put("data", data.toString());
        flags.put("open-instances-max", Integer.toString(Math.max(OPEN_MIN, openMax)));
        var settings = Settings.gather(NodeConfig.SETTINGS, flags, Map.of(), null, List.of());
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        var name = UUID.randomUUID().toString();
        return new EngineNode(
                StorageNode.startLocal(NodeConfig.local(settings), registry, name), registry, name);
    }

    /** Declares namespaces. */
    void apply(String yaml) {
        var headers = new Metadata();
        headers.put(
                CallMetadata.CALLER, new Caller(Caller.Kind.SERVICE, "bench", "bench").toProto());
        var _ =
                ConfigServiceGrpc.newBlockingStub(channel)
                        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                        .applyConfig(
                                ApplyConfigRequest.newBuilder()
                                        .setYaml(yaml)
                                        .setAllowDestructive(true)
                                        .build());
    }

    /** How many instances the background has brought to what is declared. */
    long migrated() {
        if (registry.get("atoll.node.migration.failures").counter().count() > 0) {
            throw new IllegalStateException("a migration failed");
        }
        return (long) registry.get("atoll.node.migration.brought").counter().count();
    }

    /** Makes that many instances of a namespace, with what the statement writes. */
    void create(String namespace, long count, String sql) {
        var call = SqlCall.of(sql);
        create(
                count,
                number -> new InstanceKey(namespace, Long.toString(number)),
                (tx, turn) -> tx.execute(call).changes());
    }

    /** As many as are wanted, or as one may have open here. */
    static int openable(int wanted) {
        return Math.clamp(NodeConfig.openableInstances(), 1, wanted);
    }

    /** Bytes of the journal that hold records. */
    long journalBytes() {
        return (long) registry.get("atoll.node.journal.size").gauge().value();
    }

    /** How many instances are still to be redone after a start. */
    long toBeRedone() {
        return (long) registry.get("atoll.node.recovery.pending").gauge().value();
    }

    /** How many lanes run at a time. */
    static int laneThreads() {
        return NodeConfig.SETTINGS.stream()
                .filter(setting -> setting.name().equals("lane-threads"))
                .mapToInt(setting -> Integer.parseInt(setting.defaultText()))
                .findFirst()
                .orElseThrow();
    }

    static InstanceKey key(long number) {
        return number < KEYS.size() ? KEYS.get((int) number) : newKey(number);
    }

    private static InstanceKey newKey(long number) {
        return new InstanceKey("bench", Long.toString(number));
    }

    /** Makes the instances from 0 up to that number, each with its table and a row. */
    void create(long count) {
        create(
                count,
                EngineNode::key,
                (tx, turn) -> {
                    tx.execute(SqlCall.of(Workload.CREATE));
                    return tx.execute(insertion()).changes();
                });
    }

    private void create(long count, LongFunction<InstanceKey> keys, WriteWork<Long> work) {
        ClosedLoop.times(
                count,
                2 * laneThreads(),
                number -> instances.write(keys.apply(number), terms(), work).reply());
    }

    /**
     * Writes until the journal has become shorter once: from then on it uses files again that it
     * had before, as that of a node does which has run for a while.
     */
    void fillJournal() throws InterruptedException {
        var key = new InstanceKey("bench", "journal");
        write(key, Workload.CREATE);
        write(key, Workload.LARGE);
        long before = 0;
        for (long now = journalBytes(); now >= before; now = journalBytes()) {
            before = now;
            try {
                write(key, Workload.REPLACE_LARGE);
            } catch (CompletionException e) {
                if (!(e.getCause() instanceof Failure full) || full.reason() != Reason.OVERLOADED) {
                    throw e;
                }
                // Folds have to catch up.
                Thread.sleep(LOOK_EVERY);
            }
        }
    }

    void write(InstanceKey key, String sql) {
        var call = SqlCall.of(sql);
        instances.write(key, terms(), (tx, turn) -> tx.execute(call).changes()).reply().join();
    }

    /** Fills an instance. */
    void fill(InstanceKey key, int rows) {
        var filled =
                instances.write(
                        key,
                        terms(),
                        (tx, turn) ->
                                tx.execute(SqlCall.of(Workload.FILL, new SqlValue.Integer64(rows)))
                                        .changes());
        filled.reply().join();
    }

    CompletableFuture<?> insert(InstanceKey key) {
        var insertion = insertion();
        return instances.write(key, terms(), (tx, turn) -> tx.execute(insertion).changes()).reply();
    }

    /** Inserts as a Mutate with a request_id does: looked for first, remembered last. */
    CompletableFuture<?> insertOnce(InstanceKey key) {
        var insertion = insertion();
        var id = requestId(ThreadLocalRandom.current());
        var digest = digest(id);
        return instances
                .write(
                        key,
                        terms(),
                        (tx, turn) -> {
                            if (tx.findRequest(PRINCIPAL, id).isPresent()) {
                                throw new IllegalStateException(id + ": was used before");
                            }
                            long changes = tx.execute(insertion).changes();
                            var reply = ByteString.copyFrom(new byte[REPLY_BYTES]);
                            tx.remember(PRINCIPAL, id, new Remembered(digest, reply));
                            return changes;
                        })
                .reply();
    }

    /** Reads rows by SQL; gives how many. */
    CompletableFuture<Integer> read(InstanceKey key, String sql) {
        var call = SqlCall.of(sql);
        return instances.read(key, terms(), (tx, turn) -> tx.query(call).rows().size()).reply();
    }

    /** Reads rows by a typed operation; gives how many. */
    CompletableFuture<Integer> read(InstanceKey key, RowCaller caller, Operation.Read operation) {
        return instances
                .read(
                        key,
                        terms(),
                        (tx, turn) ->
                                turn.declared()
                                        .orElseThrow()
                                        .block()
                                        .operations()
                                        .read(tx, caller, operation)
                                        .rows()
                                        .size())
                .reply();
    }

    CompletableFuture<?> readFirstRow(InstanceKey key) {
        var call = SqlCall.of(Workload.FIRST_ROW);
        return instances.read(key, terms(), (tx, turn) -> tx.query(call).rows().size()).reply();
    }

    /** Waits until as many idle instances have given memory back since the start. */
    void awaitShrunk(int count) throws InterruptedException {
        var shrunk = registry.get("atoll.node.instances.shrunk").counter();
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (shrunk.count() < count) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(
                        "gave memory back: " + shrunk.count() + " (expected: " + count + ")");
            }
            Thread.sleep(LOOK_EVERY);
        }
        // The heap is trimmed behind them, if it is due.
        Thread.sleep(LOOK_EVERY);
    }

    /** Scans until that time is over; done when it was stopped. */
    CompletableFuture<?> scan(InstanceKey key, Duration duration) {
        var call = SqlCall.of(Workload.SCAN);
        return instances
                .read(
                        key,
                        Terms.until(System.nanoTime() + duration.toNanos()),
                        (tx, turn) -> tx.query(call).rows().size())
                .reply()
                .handle((rows, stopped) -> stopped != null);
    }

    private static SqlCall insertion() {
        var value = Workload.value(ThreadLocalRandom.current());
        return SqlCall.of(Workload.INSERT, new SqlValue.Blob(ByteString.copyFrom(value)));
    }

    private static Terms terms() {
        return Terms.until(System.nanoTime() + DEADLINE.toNanos());
    }

    /** A UUIDv7 of now. */
    private static UUID requestId(RandomGenerator random) {
        long millis = System.currentTimeMillis();
        return new UUID(
                millis << 16 | 7L << 12 | random.nextInt(1 << 12),
                1L << 63 | random.nextLong() >>> 2);
    }

    /** As much work as the digest of a small request. */
    private static ByteString digest(UUID id) {
        try {
            return ByteString.copyFrom(
                    MessageDigest.getInstance("SHA-256")
                            .digest((Workload.INSERT + id).getBytes(US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
        node.close();
    }
}

package dev.atoll.node;

import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.config.ActiveConfig;
import dev.atoll.node.config.ConfigMetrics;
import dev.atoll.node.config.ConfigStore;
import dev.atoll.node.config.ConfigVersions;
import dev.atoll.node.config.EtcdConfigStore;
import dev.atoll.node.config.FolderConfigStore;
import dev.atoll.node.declared.BlocksInForce;
import dev.atoll.node.disk.SystemDisk;
import dev.atoll.node.folder.DataFolder;
import dev.atoll.node.instance.InstanceMetrics;
import dev.atoll.node.instance.Instances;
import dev.atoll.node.instance.Recovery;
import dev.atoll.node.journal.Durable;
import dev.atoll.node.journal.FileJournal;
import dev.atoll.node.journal.JournalMetrics;
import dev.atoll.node.journal.LogMark;
import dev.atoll.node.lease.EtcdOwnership;
import dev.atoll.node.lease.LeaseMetrics;
import dev.atoll.node.lease.LocalOwnership;
import dev.atoll.node.lease.Ownership;
import dev.atoll.node.migration.Fleet;
import dev.atoll.node.migration.MigrationMetrics;
import dev.atoll.node.migration.MigrationPass;
import dev.atoll.node.operations.RowIds;
import dev.atoll.node.rpc.NodeServer;
import dev.atoll.node.rpc.StoredMutations;
import dev.atoll.node.waking.AlarmWatchers;
import dev.atoll.node.waking.DueInstances;
import dev.atoll.node.waking.WakeMetrics;
import dev.atoll.process.TlsFiles;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerBuilder;
import io.grpc.ServerCredentials;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A storage node: everything it is made of, on one page. Thread-safe. */
public final class StorageNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StorageNode.class);

    /** Routers look whether a connection still lives more often than gRPC allows by default. */
    private static final long KEEPALIVE_PERMITTED_SECONDS = 1;

    private final NodeConfig config;
    private final MeterRegistry registry;
    private final DataFolder folder;
    private final InstantSource clock;

    private @Nullable Catalog catalog;
    private @Nullable Ownership ownership;
    private @Nullable ActiveConfig activeConfig;
    private @Nullable ConfigVersions configVersions;
    private volatile boolean closing;
    private @Nullable Instances instances;
    private @Nullable MigrationPass migration;
    private @Nullable FileJournal journal;
    private @Nullable TlsFiles tls;
    private @Nullable NodeServer server;
    private final AlarmWatchers watchers = new AlarmWatchers();
    private @Nullable DueInstances dueInstances;

    private StorageNode(NodeConfig config, MeterRegistry registry, InstantSource clock)
            throws IOException {
        this.clock = clock;
        this.config = config;
        this.registry = registry;
        this.folder =
                DataFolder.open(
                        config.data(),
                        config.cluster().layout().cluster(),
                        config.cluster().shards(),
                        new SecureRandom());
    }

    /**
     * Starts a node of a cluster. Where etcd is away it starts all the same, and goes on trying.
     */
    public static StorageNode start(NodeConfig config, MeterRegistry registry) throws IOException {
        var node = new StorageNode(config, registry, InstantSource.system());
        try {
            node.startInCluster();
            return node;
        } catch (IOException | RuntimeException e) {
            node.close();
            throw e;
        }
    }

    /** Starts a node on its own, which only this process can reach, under that name. */
    public static StorageNode startLocal(
            NodeConfig config, MeterRegistry registry, String inProcessName) throws IOException {
        return startLocal(config, registry, inProcessName, InstantSource.system());
    }

    /** The same, by a clock of which depends when alarms and expired rows are due. */
    static StorageNode startLocal(
            NodeConfig config, MeterRegistry registry, String inProcessName, InstantSource clock)
            throws IOException {
        var node = new StorageNode(config, registry, clock);
        try {
            var local = new LocalOwnership(node.folder);
            LeaseMetrics.watch(registry, local);
            node.startConfig(FolderConfigStore.open(node.folder), null);
            node.startServing(local, InProcessServerBuilder.forName(inProcessName));
            return node;
        } catch (IOException | RuntimeException e) {
            node.close();
            throw e;
        }
    }

    public String id() {
        return folder.nodeId();
    }

    public int shards() {
        return folder.shards();
    }

    /** The port for calls; -1 if only this process can reach the node. */
    public int port() {
        return server == null ? -1 : server.port();
    }

    /** The door that calls come through, for those that measure it without a network. */
    public Instances instances() {
        if (instances == null) {
            throw new IllegalStateException("node: not started");
        }
        return instances;
    }

    /** Why the node is not ready, a line each; empty when it is. */
    public List<String> missing() {
        if (ownership == null || instances == null || activeConfig == null) {
            return List.of("node: not started");
        }
        var failure = instances.failure();
        if (failure.isPresent()) {
            return List.of("journal: " + failure.get().message());
        }
        var missing = new ArrayList<>(ownership.missing());
        missing.addAll(activeConfig.missing());
        return missing;
    }

    /**
     * Makes a block file the current version, unless it is that already. Throws what {@code
     * ApplyConfig} answers where it has problems or would lose data.
     *
     * @param by whom versions name
     */
    public void declare(String yaml, String by) {
        var mode = new ConfigVersions.Application.Mode(false, false, OptionalLong.empty());
        var _ =
                Objects.requireNonNull(configVersions)
                        .apply(new ConfigVersions.Application(yaml, by, mode));
    }

    /** Lets running calls end, closes every instance, and gives the registration back. */
    @Override
    public void close() {
        closing = true;
        if (instances != null) {
            // First, so that whoever calls meanwhile is told so, and not cut off.
            instances.refuseNew();
        }
        if (server != null) {
            server.drain();
        }
        if (dueInstances != null) {
            // What was handed to nobody comes again.
            watchers.close();
            dueInstances.close();
        }
        if (migration != null) {
            migration.close();
        }
        if (instances != null) {
            instances.close();
        }
        if (server != null) {
            server.close();
        }
        if (ownership != null) {
            ownership.close();
        }
        if (activeConfig != null) {
            activeConfig.close();
        }
        if (catalog != null) {
            catalog.close();
        }
        closeJournal();
        if (tls != null) {
            tls.close();
        }
        folder.close();
        LOG.atInfo().addKeyValue("node", folder.nodeId()).log("node stopped");
    }

    /**
     * Whether what was written is on the disk cannot be known any more, and a second try would hide
     * that: a restart finds out what is.
     */
    private void stopWhenTheJournalFails(FileJournal journal) {
        journal.whenDurable(
                Long.MAX_VALUE,
                new Durable() {
                    @Override
                    public void durable() {
                        throw new IllegalStateException("no log is that long");
                    }

                    @Override
                    public void failed(Failure cause) {
                        if (cause.reason() != Reason.OUTCOME_UNKNOWN) {
                            return;
                        }
                        if (closing) {
                            // It gives up what nobody was promised, if the disk is that slow.
                            LOG.warn("while the node stops: {}", cause.message());
                        } else {
                            LOG.error("the node stops: {}", cause.message());
                            Thread.ofPlatform()
                                    .name("journal-failed")
                                    .start(() -> Runtime.getRuntime().exit(1));
                        }
                    }
                });
    }

    /** The journal's id, noted in the data folder. */
    private record NotedLog(DataFolder folder) implements LogMark {
        @Override
        public OptionalLong find() {
            return folder.findJournalId();
        }

        @Override
        public void keep(long logId) throws IOException {
            folder.keepJournalId(logId);
        }

        @Override
        public String advice() {
            return "to give those up, empty "
                    + folder.journal()
                    + ", remove the line journal= from "
                    + folder.propertiesFile()
                    + " and start once with journal-damage-accepted=true";
        }
    }

    private void closeJournal() {
        try {
            if (journal != null) {
                journal.close();
            }
        } catch (IOException e) {
            // What was acknowledged is durable: closing adds nothing to it.
            LOG.atError().log("the journal could not be closed", e);
        }
    }

    private void startInCluster() throws IOException {
        var bound = config.port().address();
        var address = new InetSocketAddress(bound.getHostString(), bound.getPort());
        var builder =
                NettyServerBuilder.forAddress(address, credentials())
                        .permitKeepAliveTime(KEEPALIVE_PERMITTED_SECONDS, TimeUnit.SECONDS)
                        .permitKeepAliveWithoutCalls(true);
        var member = new EtcdOwnership(folder, config.cluster());
        LeaseMetrics.watch(registry, member);
        startConfig(
                new EtcdConfigStore(config.cluster(), new SecureRandom()),
                new FolderConfigStore(folder.config()));
        startServing(member, builder);
        // Last: from here on routers call.
        member.start(advertised());
    }

    private ServerCredentials credentials() throws IOException {
        var files = config.port().tls();
        if (files == null) {
            return InsecureServerCredentials.create();
        }
        try {
            tls = new TlsFiles(files.certificate(), files.key(), files.authorities());
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS files cannot be used: " + e.getMessage(), e);
        }
        return tls.server(true);
    }

    private String advertised() throws IOException {
        var set = config.cluster().advertised().address();
        return set.isEmpty() ? InetAddress.getLocalHost().getHostName() + ":" + port() : set;
    }

    /** Before anything is served: who is served depends on it. */
    private void startConfig(ConfigStore store, @Nullable FolderConfigStore copy)
            throws IOException {
        activeConfig = new ActiveConfig(store, copy);
        configVersions = new ConfigVersions(store, activeConfig, InstantSource.system());
        ConfigMetrics.watch(registry, activeConfig);
        activeConfig.start();
    }

    private void startServing(Ownership shards, ServerBuilder<?> builder) throws IOException {
        ownership = shards;
        var active = Objects.requireNonNull(activeConfig);
        var blocks = new BlocksInForce(active::current, new RowIds(new SecureRandom()));
        journal =
                FileJournal.open(
                        new FileJournal.Place(SystemDisk.INSTANCE, folder.journal()),
                        config.instances().journal(),
                        new JournalMetrics(registry),
                        new FileJournal.Sources(
                                System::nanoTime, new SecureRandom(), new NotedLog(folder)));
        var recovery =
                Recovery.prepare(
                        journal,
                        folder,
                        config.instances().limits().sqlite(),
                        config.instances().journalDamageAccepted());
        catalog = recovery.catalog();
        instances =
                new Instances(
                        new Instances.Parts(
                                folder, shards, new InstanceMetrics(registry), journal, recovery),
                        blocks,
                        config.instances().limits(),
                        config.instances().laneThreads());
        instances.start();
        stopWhenTheJournalFails(journal);
        var fleet = new Fleet(catalog, blocks, active);
        migration =
                new MigrationPass(
                        new MigrationPass.Parts(instances, catalog, fleet, active),
                        config.instances().migrationsPerSecond(),
                        new MigrationMetrics(registry));
        migration.start();
        server =
                NodeServer.start(
                        builder,
                        instances,
                        new NodeServer.Options(
                                config.calls(),
                                active,
                                blocks,
                                new NodeServer.Declared(
                                        Objects.requireNonNull(configVersions), fleet),
                                watchers,
                                registry),
                        folder.nodeId());
        dueInstances =
                new DueInstances(
                        new DueInstances.Parts(
                                instances,
                                new StoredMutations(),
                                watchers,
                                new WakeMetrics(registry),
                                clock));
        dueInstances.start();
        LOG.atInfo()
                .addKeyValue("node", folder.nodeId())
                .addKeyValue("data", folder.root())
                .addKeyValue("instances", catalog.count())
                .log("node started");
    }
}

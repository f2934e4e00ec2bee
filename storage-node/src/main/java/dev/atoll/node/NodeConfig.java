package dev.atoll.node;

import dev.atoll.node.disk.OpenFiles;
import dev.atoll.node.instance.InstanceLimits;
import dev.atoll.node.journal.JournalSettings;
import dev.atoll.node.lease.EtcdSettings;
import dev.atoll.node.rpc.RpcLimits;
import dev.atoll.node.sqlite.SqliteLimits;
import dev.atoll.process.Setting;
import dev.atoll.process.Settings;
import dev.atoll.wire.EtcdLayout;
import dev.atoll.wire.ShardHash;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a storage node. Immutable.
 *
 * @param data the folder of its data
 * @param cluster and where etcd is
 * @param port where it listens
 * @param instances limits of instances, and the threads of their lanes
 * @param calls limits of calls
 */
public record NodeConfig(
        Path data, EtcdSettings cluster, Port port, InstanceSettings instances, RpcLimits calls) {

    /** Every setting there is; the reference of {@code --help} and the docs. */
    public static final List<Setting> SETTINGS =
            List.of(
                    new Setting("data", "", "Folder of the node's data; made if it is not there"),
                    new Setting("etcd", "", "URLs of etcd, separated by commas"),
                    new Setting("cluster", "atoll", "Name of the cluster, [a-z0-9][a-z0-9-]{0,62}"),
                    new Setting(
                            "shards",
                            Integer.toString(ShardHash.SHARDS_DEFAULT),
                            "Number of shards, fixed when a cluster is created; 1 to 65536"),
                    new Setting(
                            "etcd-certificate", "", "PEM file of the certificate shown to etcd"),
                    new Setting("etcd-key", "", "PEM file of its private key"),
                    new Setting(
                            "etcd-authorities", "", "PEM file of the authorities trusted for etcd"),
                    new Setting("host", "0.0.0.0", "Address to listen on"),
                    new Setting(
                            "port",
                            "7401",
                            "Port for calls from routers; 0 lets the system choose"),
                    new Setting(
                            "advertise",
                            "",
                            "HOST:PORT that routers call; this host's name and the port if not set"),
                    new Setting(
                            "capacity",
                            "1.0",
                            "Share of the shards relative to other nodes; 0.01 to 100"),
                    new Setting("http-host", "0.0.0.0", "Address of the port for operators"),
                    new Setting(
                            "http-port",
                            "7481",
                            "Port for /metrics, /livez and /readyz; 0 lets the system choose"),
                    new Setting(
                            "insecure", "false", "Plaintext instead of TLS on the port for calls"),
                    new Setting(
                            "tls-certificate", "", "PEM file of the certificate shown to routers"),
                    new Setting("tls-key", "", "PEM file of its private key"),
                    new Setting(
                            "tls-authorities",
                            "",
                            "PEM file of the authorities whose certificates routers must show"),
                    new Setting(
                            "open-instances-max",
                            "1000",
                            "Instances open at a time; more go to sleep"),
                    new Setting(
                            "idle-shrink-after",
                            "10s",
                            "How long an instance may be idle before it gives memory back"),
                    new Setting(
                            "idle-sleep-after",
                            "5m",
                            "How long an instance may be idle before it goes to sleep"),
                    new Setting(
                            "scrub-every",
                            "1d",
                            "How often all files are read and compared with their checksums"),
                    new Setting(
                            "migrations-per-second",
                            "100",
                            "Sleeping instances brought to the declared schema each second, at most"),
                    new Setting(
                            "lane-threads",
                            "8",
                            "Threads that run instances; more are added while some are busy for long"),
                    new Setting(
                            "lane-queue-max",
                            "1000",
                            "Calls waiting for one instance; more are OVERLOADED"),
                    new Setting(
                            "calls-in-flight-max",
                            "10000",
                            "Calls in flight on the node; more are OVERLOADED"),
                    new Setting(
                            "replies-waiting-max",
                            "128MiB",
                            "Size of all replies that clients have not read yet; more calls are OVERLOADED"),
                    new Setting("deadline-default", "30s", "Deadline of calls that carry none"),
                    new Setting(
                            "stream-stall-max",
                            "5s",
                            "How long a stream waits for a client that does not read"),
                    new Setting("operations-max", "10000", "Operations of one Query or Mutate"),
                    new Setting("message-bytes-max", "32MiB", "Size of one message received"),
                    new Setting("sql-length-max", "1MiB", "Length of one SQL statement in bytes"),
                    new Setting("value-bytes-max", "2MiB", "Size of one value"),
                    new Setting(
                            "reply-bytes-max", "16MiB", "Size of one reply that is not streamed"),
                    new Setting("instance-bytes-max", "1GiB", "Size of one instance's database"),
                    new Setting(
                            "disk-reserve",
                            "64MiB",
                            "Writes are refused when less of the disk is left"),
                    new Setting(
                            "journal-bytes-max",
                            "1GiB",
                            "Size of the journal above which instances are folded to make it shorter"),
                    new Setting(
                            "journal-segment-bytes",
                            "64MiB",
                            "Size of a file of the journal, fixed when the data folder is made"),
                    new Setting(
                            "journal-damage-accepted",
                            "false",
                            "Start although commits are lost and nobody can tell which instances'"));

    private static final int SHARDS_MAX = 65_536;

    /** The database and its WAL. */
    private static final int FILES_OF_AN_INSTANCE = 2;

    /** The journal's, those read lately, connections, and jars. */
    private static final int FILES_BESIDE = 1_488;

    /**
     * Where the node listens. Immutable.
     *
     * @param address to bind
     * @param tls files, or null for plaintext
     */
    public record Port(InetSocketAddress address, @Nullable Tls tls) {}

    /** PEM files. Immutable. */
    public record Tls(Path certificate, Path key, Path authorities) {}

    /** Limits of instances, the threads of their lanes, and where commits go. Immutable. */
    public record InstanceSettings(
            InstanceLimits limits,
            int laneThreads,
            int migrationsPerSecond,
            JournalSettings journal,
            boolean journalDamageAccepted) {}

    /**
     * A node of a cluster; throws {@link dev.atoll.process.SettingsException} with every problem.
     */
    public static NodeConfig from(Settings settings) {
        settings.requiredText("etcd");
        return read(settings, true);
    }

    /** A node on its own; etcd and TLS are not asked for. */
    public static NodeConfig local(Settings settings) {
        return read(settings, false);
    }

    private static NodeConfig read(Settings settings, boolean clustered) {
        settings.requiredText("data");
        var data = settings.findPath("data").orElse(Path.of("."));
        var port = port(settings, clustered);
        var config =
                new NodeConfig(
                        data,
                        cluster(settings),
                        port,
                        new InstanceSettings(
                                instanceLimits(settings),
                                (int) settings.integer("lane-threads", 1, 256),
                                (int) settings.integer("migrations-per-second", 1, 100_000),
                                journal(settings),
                                settings.flag("journal-damage-accepted")),
                        new RpcLimits(
                                settings.duration("deadline-default"),
                                settings.duration("stream-stall-max"),
                                (int) settings.integer("operations-max", 1, 1_000_000),
                                (int) bytes(settings, "message-bytes-max", Integer.MAX_VALUE),
                                new RpcLimits.Load(
                                        (int) settings.integer("calls-in-flight-max", 1, 1_000_000),
                                        bytes(settings, "replies-waiting-max", 1L << 40))));
        settings.port("http-port");
        settings.check();
        return config;
    }

    private static Port port(Settings settings, boolean clustered) {
        var address =
                InetSocketAddress.createUnresolved(settings.text("host"), settings.port("port"));
        boolean insecure = settings.flag("insecure");
        var certificate = settings.findPath("tls-certificate");
        var key = settings.findPath("tls-key");
        var authorities = settings.findPath("tls-authorities");
        long given =
                List.of(certificate, key, authorities).stream().filter(Optional::isPresent).count();
        if (given == 3 && certificate.isPresent() && key.isPresent() && authorities.isPresent()) {
            if (insecure) {
                settings.problem("insecure", "true", "false where TLS files are given");
            }
            return new Port(address, new Tls(certificate.get(), key.get(), authorities.get()));
        }
        if (given > 0 || (clustered && !insecure)) {
            settings.problem(
                    "tls-certificate",
                    settings.text("tls-certificate"),
                    "tls-certificate, tls-key and tls-authorities together, or --insecure for plaintext");
        }
        return new Port(address, null);
    }

    private static JournalSettings journal(Settings settings) {
        long segment = bytes(settings, "journal-segment-bytes", 1L << 30);
        long most = bytes(settings, "journal-bytes-max", 1L << 40);
        if (segment % 4096 != 0 || segment < 64 << 10) {
            settings.problem(
                    "journal-segment-bytes",
                    settings.text("journal-segment-bytes"),
                    "a multiple of 4KiB, at least 64KiB");
            segment = JournalSettings.DEFAULT.segmentBytes();
        }
        return new JournalSettings(
                segment,
                Math.max(most, 2 * segment),
                JournalSettings.DEFAULT.waitingBytesMax(),
                settings.bytes("disk-reserve"),
                JournalSettings.DEFAULT.coverAfter());
    }

    private static EtcdSettings cluster(Settings settings) {
        var cluster = settings.text("cluster");
        try {
            var _ = new EtcdLayout(cluster);
        } catch (IllegalArgumentException e) {
            settings.problem("cluster", cluster, "[a-z0-9][a-z0-9-]{0,62}");
            cluster = "atoll";
        }
        if (settings.findPath("etcd-certificate").isPresent()
                && settings.findPath("etcd-authorities").isEmpty()) {
            settings.problem("etcd-authorities", "", "a PEM file where etcd-certificate is set");
        }
        var advertise = settings.text("advertise");
        if (!advertise.isEmpty() && !advertise.matches("\\S+:\\d{1,5}")) {
            settings.problem("advertise", advertise, "HOST:PORT");
        }
        return new EtcdSettings(
                settings.urls("etcd"),
                new EtcdLayout(cluster),
                new EtcdSettings.Tls(
                        settings.findPath("etcd-certificate"),
                        settings.findPath("etcd-key"),
                        settings.findPath("etcd-authorities")),
                (int) settings.integer("shards", 1, SHARDS_MAX),
                new EtcdSettings.Advertised(advertise, settings.decimal("capacity", 0.01, 100)));
    }

    /** How many instances a node may have open in this process; less than one: too few files. */
    public static long openableInstances() {
        return (OpenFiles.most() - filesBeside()) / FILES_OF_AN_INSTANCE;
    }

    private static int filesBeside() {
        return FILES_BESIDE + SqliteLimits.filesBesideMax();
    }

    private static InstanceLimits instanceLimits(Settings settings) {
        int openMax = (int) settings.integer("open-instances-max", 1, 1_000_000);
        long openable = openableInstances();
        if (openMax > openable) {
            settings.problem(
                    "open-instances-max",
                    settings.text("open-instances-max"),
                    openable < 1
                            ? "more files: the process may have "
                                    + OpenFiles.most()
                                    + " open and needs "
                                    + (filesBeside() + FILES_OF_AN_INSTANCE)
                                    + " at least: see ulimit -n"
                            : "at most "
                                    + openable
                                    + ", since the process may have "
                                    + OpenFiles.most()
                                    + " files open: see ulimit -n");
        }
        return new InstanceLimits(
                openMax,
                (int) settings.integer("lane-queue-max", 1, 1_000_000),
                new InstanceLimits.Idle(
                        settings.duration("idle-shrink-after"),
                        settings.duration("idle-sleep-after")),
                settings.duration("scrub-every"),
                settings.bytes("disk-reserve"),
                new SqliteLimits(
                        bytes(settings, "sql-length-max", 1L << 30),
                        bytes(settings, "value-bytes-max", 1L << 30),
                        bytes(settings, "reply-bytes-max", Integer.MAX_VALUE),
                        bytes(settings, "instance-bytes-max", 1L << 44)));
    }

    private static long bytes(Settings settings, String name, long max) {
        long bytes = settings.bytes(name);
        if (bytes < 1 || bytes > max) {
            settings.problem(name, settings.text(name), "1 to " + max + " bytes");
            return 1;
        }
        return bytes;
    }
}

package dev.atoll.router;

import dev.atoll.process.Setting;
import dev.atoll.process.Settings;
import dev.atoll.process.SettingsException;
import dev.atoll.router.auth.IssuersFile;
import dev.atoll.router.placement.EtcdAddress;
import dev.atoll.wire.EtcdLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a router is told at start. Immutable.
 *
 * @param etcd where the placement is recorded
 * @param port what clients call
 * @param nodeTls what this router shows to nodes and trusts of them
 * @param issuers who may vouch for callers
 * @param limits of calls
 */
public record RouterConfig(Etcd etcd, Port port, Pem nodeTls, IssuersFile issuers, Limits limits) {
    /** Every setting, in the order of the docs. */
    public static final List<Setting> SETTINGS =
            List.of(
                    new Setting("etcd", "http://127.0.0.1:2379", "URLs of etcd, comma-separated"),
                    new Setting("cluster", "atoll", "The name of the cluster, as in etcd"),
                    new Setting("host", "0.0.0.0", "The address the gRPC port is bound to"),
                    new Setting("port", "7400", "The gRPC port for clients; 0 takes a free one"),
                    new Setting("http-host", "0.0.0.0", "The address the HTTP port is bound to"),
                    new Setting(
                            "http-port",
                            "7480",
                            "The HTTP port for /metrics, /livez and /readyz; 0 takes a free one"),
                    new Setting(
                            "issuers", "", "The JSON file that names the trusted token issuers"),
                    new Setting(
                            "insecure",
                            "false",
                            "Allow plaintext to clients and nodes where no certificates are set"),
                    new Setting("tls-certificate", "", "PEM file: the chain shown to clients"),
                    new Setting("tls-key", "", "PEM file: its private key (PKCS #8)"),
                    new Setting(
                            "tls-authorities",
                            "",
                            "PEM file: who signs clients' certificates; clients need one if set"),
                    new Setting("node-tls-certificate", "", "PEM file: the chain shown to nodes"),
                    new Setting("node-tls-key", "", "PEM file: its private key (PKCS #8)"),
                    new Setting(
                            "node-tls-authorities", "", "PEM file: who signs nodes' certificates"),
                    new Setting("etcd-certificate", "", "PEM file: the chain shown to etcd"),
                    new Setting("etcd-key", "", "PEM file: its private key (PKCS #8)"),
                    new Setting("etcd-authorities", "", "PEM file: who signs etcd's certificate"),
                    new Setting(
                            "calls-in-flight-max",
                            "10000",
                            "Calls at once; one more is refused with OVERLOADED"),
                    new Setting(
                            "replies-waiting-max",
                            "128MiB",
                            "Size of all replies that clients have not read yet; more calls are OVERLOADED"),
                    new Setting(
                            "deadline-default",
                            "30s",
                            "The deadline of a call whose client set none"),
                    new Setting(
                            "message-bytes-max", "16MiB", "The largest message a client may send"),
                    new Setting(
                            "keepalive",
                            "10s",
                            "How long a connection is silent before it is tried with a ping (from"
                                    + " 10s)"));

    private static final int MESSAGE_BYTES_MAX = 1 << 30;
    private static final Duration KEEPALIVE_MIN = Duration.ofSeconds(10);

    /** Reads all settings; throws a {@link SettingsException} that names all problems. */
    public static RouterConfig from(Settings settings) {
        boolean insecure = settings.flag("insecure");
        var config =
                new RouterConfig(
                        etcd(settings),
                        new Port(
                                settings.requiredText("host"),
                                settings.port("port"),
                                pem(settings, "tls-", insecure, true)),
                        pem(settings, "node-tls-", insecure, true),
                        issuers(settings),
                        limits(settings));
        settings.port("http-port");
        settings.requiredText("http-host");
        settings.check();
        return config;
    }

    /** Where the placement is recorded. */
    public record Etcd(EtcdAddress address, String cluster) {}

    /**
     * What clients call.
     *
     * @param host to bind
     * @param number of the port; 0 for a free one
     */
    public record Port(String host, int number, Pem tls) {}

    /** PEM files; none for plaintext. */
    public record Pem(@Nullable Path certificate, @Nullable Path key, @Nullable Path authorities) {
        /** Whether TLS is to be used. */
        boolean given() {
            return certificate != null || authorities != null;
        }
    }

    /**
     * Limits of calls.
     *
     * @param callsInFlightMax at once
     * @param repliesWaitingMax bytes of replies that clients have not read
     * @param messageBytesMax of a client's message
     * @param deadlineDefault where the client set none
     * @param keepalive before a silent connection is tried
     */
    public record Limits(
            int callsInFlightMax,
            long repliesWaitingMax,
            int messageBytesMax,
            Duration deadlineDefault,
            Duration keepalive) {}

    private static Etcd etcd(Settings settings) {
        settings.requiredText("etcd");
        var urls = settings.urls("etcd");
        var cluster = settings.requiredText("cluster");
        try {
            new EtcdLayout(cluster);
        } catch (IllegalArgumentException e) {
            settings.problem("cluster", cluster, "[a-z0-9][a-z0-9-]{0,62}");
        }
        var tls = pem(settings, "etcd-", true, false);
        return new Etcd(
                new EtcdAddress(urls, tls.certificate(), tls.key(), tls.authorities()), cluster);
    }

    private static Pem pem(
            Settings settings, String prefix, boolean plaintextAllowed, boolean needsCertificate) {
        var certificate = settings.findPath(prefix + "certificate");
        var key = settings.findPath(prefix + "key");
        var authorities = settings.findPath(prefix + "authorities");
        if (certificate.isPresent() != key.isPresent()) {
            var missing = certificate.isPresent() ? "key" : "certificate";
            settings.problem(prefix + missing, "", "a PEM file, as the other of the two is set");
        }
        if (needsCertificate && certificate.isEmpty()) {
            if (!plaintextAllowed) {
                settings.problem(
                        prefix + "certificate",
                        "",
                        "a PEM file, or insecure=true for plaintext in a network you trust");
            } else if (authorities.isPresent()) {
                settings.problem(prefix + "certificate", "", "a PEM file, as authorities are set");
            }
        }
        return new Pem(certificate.orElse(null), key.orElse(null), authorities.orElse(null));
    }

    private static IssuersFile issuers(Settings settings) {
        var path = settings.findPath("issuers");
        if (path.isEmpty()) {
            settings.problem("issuers", "", "the path of a JSON file");
            return new IssuersFile(List.of());
        }
        try {
            return IssuersFile.read(path.get());
        } catch (SettingsException e) {
            e.problems().forEach(settings::problem);
            return new IssuersFile(List.of());
        }
    }

    private static Limits limits(Settings settings) {
        long bytes = settings.bytes("message-bytes-max");
        if (bytes < 1 || bytes > MESSAGE_BYTES_MAX) {
            settings.problem("message-bytes-max", settings.text("message-bytes-max"), "1 to 1GiB");
        }
        var keepalive = settings.duration("keepalive");
        if (keepalive.compareTo(KEEPALIVE_MIN) < 0) {
            settings.problem("keepalive", settings.text("keepalive"), "at least 10s");
        }
        var deadline = settings.duration("deadline-default");
        if (!deadline.isPositive()) {
            settings.problem("deadline-default", settings.text("deadline-default"), "more than 0s");
        }
        return new Limits(
                (int) settings.integer("calls-in-flight-max", 1, 1_000_000),
                settings.bytes("replies-waiting-max"),
                (int) Math.min(bytes, MESSAGE_BYTES_MAX),
                deadline,
                keepalive);
    }
}

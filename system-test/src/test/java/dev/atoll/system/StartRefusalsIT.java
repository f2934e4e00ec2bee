package dev.atoll.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.placement.v1.ClusterRecord;
import dev.atoll.system.harness.AtollProcess;
import dev.atoll.system.harness.Eventually;
import dev.atoll.system.harness.FreePorts;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.SharedCluster;
import dev.atoll.system.harness.TestCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Processes that cannot start say why, in a way that a person can act on. */
@ExtendWith(LogsOnFailure.class)
class StartRefusalsIT {
    private static final int BAD_SETTINGS = 2;
    private static final int REFUSED = 1;
    private static final Duration SAID_MAX = Duration.ofSeconds(20);

    private final TestCluster cluster = SharedCluster.get();
    private final Path folder = cluster.folder();

    @Test
    void allBadSettingsOfANodeAreReportedAtOnce() {
        var node =
                node("bad-settings")
                        .with("capacity", "much")
                        .with("open-instances-max", "-1")
                        .with("deadline-default", "soon")
                        .with("instance-bytes-max", "big")
                        .with("prot", "1");

        assertThat(refused(node, BAD_SETTINGS))
                .contains(
                        "capacity", "much", "open-instances-max", "-1", "deadline-default", "soon")
                .contains("instance-bytes-max", "big", "prot", "did you mean 'port'");
    }

    @Test
    void allBadSettingsOfARouterAreReportedAtOnce() {
        var router =
                router("bad-router")
                        .with("etcd", "nowhere")
                        .with("calls-in-flight-max", "many")
                        .with("message-bytes-max", "huge")
                        .with("isuers", "x");

        assertThat(refused(router, BAD_SETTINGS))
                .contains(
                        "etcd",
                        "nowhere",
                        "calls-in-flight-max",
                        "many",
                        "message-bytes-max",
                        "huge")
                .contains("did you mean 'issuers'");
    }

    @Test
    void issuersFileThatIsNotThereIsNamed() {
        var missing = folder.resolve("no-such-issuers.json");

        assertThat(refusedAny(router("no-issuers").with("issuers", missing)))
                .contains(missing.toString());
    }

    @Test
    void issuersFileThatIsNotJsonIsNamed() throws IOException {
        var broken = Files.writeString(folder.resolve("broken-issuers.json"), "{\"issuers\": [");

        assertThat(refusedAny(router("broken-issuers").with("issuers", broken)))
                .contains(broken.toString());
    }

    @Test
    void portInUseIsNamed() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var port = Integer.toString(taken.getLocalPort());

            assertThat(refused(router("port-taken").with("port", port), REFUSED))
                    .contains(port)
                    .contains("in use");
            assertThat(refused(node("port-taken-node").with("port", port), REFUSED))
                    .contains(port)
                    .contains("in use");
            assertThat(refused(router("http-port-taken").with("http-port", port), REFUSED))
                    .contains(port)
                    .contains("in use");
        }
    }

    @Test
    void dataFolderInUseIsNamed() {
        var data = cluster.dataFolder(0);

        assertThat(refused(node("folder-in-use").with("data", data), REFUSED))
                .contains(data.toString());
    }

    @Test
    void dataFolderOfANewerFormatIsRefused() throws IOException {
        var data = Files.createDirectories(folder.resolve("data-newer"));
        Files.writeString(
                data.resolve("node.properties"), "format=99\nid=n1\nshards=1024\ncluster=test\n");

        assertThat(refused(node("newer-format").with("data", data), REFUSED))
                .contains("99")
                .contains("format");
    }

    @Test
    void dataFolderOfAnotherClusterIsRefused() throws IOException {
        var data = Files.createDirectories(folder.resolve("data-elsewhere"));
        Files.writeString(
                data.resolve("node.properties"),
                "format=3\nid=n2\nshards=1024\ncluster=elsewhere\n");

        assertThat(refused(node("other-cluster").with("data", data), REFUSED))
                .contains("elsewhere")
                .contains("test");
    }

    @Test
    void secondNodeWithTheSameIdIsRefused() throws IOException {
        var data = Files.createDirectories(folder.resolve("data-copied"));
        // Without the journal that belongs to it, the folder is refused for that.
        Files.write(
                data.resolve("node.properties"),
                Files.readAllLines(cluster.dataFolder(0).resolve("node.properties")).stream()
                        .filter(line -> !line.startsWith("journal="))
                        .toList());
        var id =
                Files.readString(data.resolve("node.properties"), StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> line.startsWith("id="))
                        .findFirst()
                        .orElseThrow()
                        .substring("id=".length());

        var node = node("same-id").with("data", data).start();

        awaitRefusal(node, id);
    }

    @Test
    void etcdOfAnotherShardCountIsRefused() {
        putCluster(
                "seven",
                ClusterRecord.newBuilder().setFormat(1).setCluster("seven").setShards(7).build());
        var data = folder.resolve("data-seven");
        writeProperties(data, "format=3\nid=n7\nshards=1024\ncluster=seven\n");

        awaitRefusal(
                node("seven").with("cluster", "seven").with("data", data).start(), "1024", "7");
    }

    @Test
    void etcdOfAnotherClusterIsRefused() {
        putCluster(
                "mine",
                ClusterRecord.newBuilder()
                        .setFormat(1)
                        .setCluster("theirs")
                        .setShards(1024)
                        .build());

        awaitRefusal(node("mine").with("cluster", "mine").start(), "mine", "theirs");
        awaitRefusal(router("mine-router").with("cluster", "mine").start(), "mine", "theirs");
    }

    @Test
    void etcdOfANewerFormatIsRefused() {
        putCluster(
                "newer",
                ClusterRecord.newBuilder()
                        .setFormat(99)
                        .setCluster("newer")
                        .setShards(1024)
                        .build());

        awaitRefusal(node("newer-layout").with("cluster", "newer").start(), "99");
        awaitRefusal(router("newer-router").with("cluster", "newer").start(), "99");
    }

    @Test
    void unreachableEtcdIsSaidAndTriedAgain() {
        var nowhere = "http://127.0.0.1:" + FreePorts.next();
        try (var node = node("no-etcd").with("etcd", nowhere).start()) {
            Eventually.await(
                    "the node says that it cannot reach etcd",
                    SAID_MAX,
                    () -> node.http("/readyz").status() == 503 && node.log().contains(nowhere));
            assertThat(node.isAlive()).isTrue();
            assertThat(node.http("/livez").status()).isEqualTo(200);
        }
    }

    private AtollProcess node(String name) {
        return process(name, "node").with("data", folder.resolve("data-" + name));
    }

    private AtollProcess router(String name) {
        return process(name, "router").with("issuers", cluster.issuer().issuersFile());
    }

    private AtollProcess process(String name, String command) {
        return new AtollProcess(name, command, folder)
                .with("etcd", cluster.etcd().url())
                .with("cluster", "test")
                .with("host", "127.0.0.1")
                .with("http-host", "127.0.0.1")
                .with("insecure", "true");
    }

    private void putCluster(String name, ClusterRecord record) {
        cluster.etcd().put("/atoll/" + name + "/cluster", record.toByteArray());
    }

    private static void writeProperties(Path data, String text) {
        try {
            Files.createDirectories(data);
            Files.writeString(data.resolve("node.properties"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String refused(AtollProcess process, int exitCode) {
        process.start();
        assertThat(process.awaitExit()).as(process.log()).isEqualTo(exitCode);
        assertThat(process.log()).doesNotContain("\tat ");
        return process.log();
    }

    private static String refusedAny(AtollProcess process) {
        process.start();
        assertThat(process.awaitExit()).as(process.log()).isIn(REFUSED, BAD_SETTINGS);
        assertThat(process.log()).doesNotContain("\tat ");
        return process.log();
    }

    /**
     * What etcd holds is known only once it is reached: the process ends, or says why it is not
     * ready.
     */
    private static void awaitRefusal(AtollProcess process, String... says) {
        try (process) {
            Eventually.await(
                    "the process is refused",
                    SAID_MAX,
                    () -> {
                        var said =
                                process.isAlive() ? process.http("/readyz").body() : process.log();
                        for (var part : says) {
                            if (!said.contains(part)) {
                                return false;
                            }
                        }
                        return true;
                    });
            assertThat(process.http("/readyz").status()).isNotEqualTo(200);
        }
    }
}

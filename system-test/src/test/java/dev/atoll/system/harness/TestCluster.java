package dev.atoll.system.harness;

import com.nimbusds.jose.JOSEException;
import dev.atoll.proto.v1.DescribeClusterRequest;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An etcd, nodes and routers on free ports, in a folder under the build's own. */
public final class TestCluster implements AutoCloseable {
    private static final Path RUNS = Path.of("target", "system-test");

    private static final Duration OWNERS_MAX = Duration.ofSeconds(30);

    private final Path folder;
    private final EtcdProcess etcd;
    private final TestIssuer issuer;
    private final List<AtollProcess> nodes = new ArrayList<>();
    private final List<AtollProcess> routers = new ArrayList<>();
    private final List<TestClient> clients = new ArrayList<>();

    private ChannelCredentials credentials = InsecureChannelCredentials.create();

    /** A cluster of which nothing is started. */
    public TestCluster(String name) {
        try {
            folder = newFolder(name);
            etcd = new EtcdProcess(folder);
            issuer = new TestIssuer(folder.resolve("issuer"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A folder for one run, in the build's own folder. */
    public static Path newFolder(String name) throws IOException {
        return Files.createTempDirectory(Files.createDirectories(RUNS), name + "-")
                .toAbsolutePath();
    }

    /** Starts etcd, that many nodes and routers, all at once, and waits until all are ready. */
    public TestCluster start(int nodeCount, int routerCount) {
        etcd.start();
        for (int i = 0; i < nodeCount; i++) {
            addNode().start();
        }
        for (int i = 0; i < routerCount; i++) {
            addRouter().start();
        }
        return awaitReady();
    }

    /** Waits until all nodes and routers are ready. */
    public TestCluster awaitReady() {
        nodes.forEach(AtollProcess::awaitReady);
        routers.forEach(AtollProcess::awaitReady);
        routers.forEach(this::awaitOwners);
        return this;
    }

    /**
     * A router is ready as soon as there is a node, whose shards it may not have been given yet.
     */
    private void awaitOwners(AtollProcess router) {
        try (var asking =
                new TestClient(router.port(), issuer.service("tester", "*=admin"), credentials)) {
            Eventually.await(
                    "all shards have a live owner",
                    OWNERS_MAX,
                    () -> {
                        var seen =
                                asking.cluster()
                                        .describeCluster(
                                                DescribeClusterRequest.getDefaultInstance());
                        return seen.getShards() > 0
                                && seen.getAvailableShards() == seen.getShards();
                    });
        }
    }

    /** How clients of its own connect; plaintext unless this is said. */
    public TestCluster with(ChannelCredentials clientCredentials) {
        credentials = clientCredentials;
        return this;
    }

    /** A node with a data folder of its own that is not started yet. */
    public AtollProcess addNode() {
        var name = "node-" + nodes.size();
        var node = atoll(name, "node").with("data", dataFolder(nodes.size()));
        nodes.add(node.with("advertise", "127.0.0.1:" + node.port()));
        return node;
    }

    /** A router that is not started yet. */
    public AtollProcess addRouter() {
        var router =
                atoll("router-" + routers.size(), "router").with("issuers", issuer.issuersFile());
        routers.add(router);
        return router;
    }

    /** A client of that router that may do everything. */
    public TestClient client(int router) {
        return client(router, issuer.service("tester", "*=admin"));
    }

    /** A client of that router with that token. */
    public TestClient client(int router, String token) {
        var client = new TestClient(routers.get(router).port(), token, credentials);
        clients.add(client);
        return client;
    }

    public EtcdProcess etcd() {
        return etcd;
    }

    public TestIssuer issuer() {
        return issuer;
    }

    public AtollProcess node(int index) {
        return nodes.get(index);
    }

    public AtollProcess router(int index) {
        return routers.get(index);
    }

    public Path folder() {
        return folder;
    }

    /** Where that node keeps its data. */
    public Path dataFolder(int node) {
        return folder.resolve("data-" + node);
    }

    @Override
    public void close() {
        clients.forEach(TestClient::close);
        routers.forEach(AtollProcess::close);
        nodes.forEach(AtollProcess::close);
        etcd.close();
    }

    private AtollProcess atoll(String name, String command) {
        return new AtollProcess(name, command, folder)
                .with("etcd", etcd.url())
                .with("cluster", "test")
                .with("host", "127.0.0.1")
                .with("http-host", "127.0.0.1")
                .with("insecure", "true");
    }
}

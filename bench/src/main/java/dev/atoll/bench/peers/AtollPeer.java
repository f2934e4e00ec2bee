package dev.atoll.bench.peers;

import dev.atoll.bench.Bench;
import dev.atoll.bench.BenchInstances;
import dev.atoll.bench.BenchPlan;
import dev.atoll.bench.BenchPlan.Form;
import dev.atoll.bench.ClientRoute;
import dev.atoll.bench.Route;
import dev.atoll.bench.UnaryRoute;
import dev.atoll.client.Atoll;
import io.grpc.InsecureChannelCredentials;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Atoll: a router and a node, called from this process. One thread at a time. */
final class AtollPeer implements Peer {
    private final AtollCluster cluster;
    private final BenchPlan.Load load;
    private final BenchInstances instances;
    private final Route client;
    private final Route router;
    private final Route node;
    private final Closing closing;

    private AtollPeer(
            AtollCluster cluster, BenchPlan.Load load, BenchInstances instances, Routes routes) {
        this.cluster = cluster;
        this.load = load;
        this.instances = instances;
        this.client = routes.client();
        this.router = routes.router();
        this.node = routes.node();
        this.closing = routes.closing();
    }

    private record Routes(Route client, Route router, Route node, Closing closing) {}

    /**
     * Fills the instances of a cluster, which is closed with this peer.
     *
     * @param token with all rights
     */
    static AtollPeer open(AtollCluster cluster, BenchPlan.Load load, String token)
            throws InterruptedException {
        var closing = new Closing();
        closing.add(cluster::close);
        try {
            var atoll = Atoll.connect(cluster.router()).plaintext().token(token).build();
            closing.add(atoll::close);
            var credentials = InsecureChannelCredentials.create();
            var toRouter = UnaryRoute.connect(cluster.router(), credentials);
            closing.add(toRouter::shutdownNow);
            // Without a node of its own the series that call it are not there either.
            var toNode = UnaryRoute.connect(cluster.node().orElse(cluster.router()), credentials);
            closing.add(toNode::shutdownNow);
            var plan =
                    plan(load, new BenchPlan.Mix(0, true, PeersPlan.ROWS, PeersPlan.VALUE_BYTES));
            var instances = BenchInstances.make(atoll, plan, _ -> {});
            var routes =
                    new Routes(
                            new ClientRoute(atoll, false),
                            UnaryRoute.toRouter(toRouter, token),
                            UnaryRoute.toNode(toNode, "atoll-bench"),
                            closing);
            return new AtollPeer(cluster, load, instances, routes);
        } catch (RuntimeException | InterruptedException e) {
            closing.close();
            throw e;
        }
    }

    @Override
    public Set<Series> series() {
        var all =
                EnumSet.of(
                        Series.ATOLL_UNARY_INSERTS,
                        Series.ATOLL_UNARY_READS,
                        Series.ATOLL_PIPELINE_INSERTS,
                        Series.ATOLL_PIPELINE_READS);
        if (cluster.node().isPresent()) {
            all.add(Series.NODE_UNARY_INSERTS);
            all.add(Series.NODE_UNARY_READS);
            all.add(Series.ATOLL_ONE_CALLER);
            all.add(Series.NODE_ONE_CALLER);
        }
        return all;
    }

    @Override
    public Measurement measure(Series series, Duration duration)
            throws IOException, InterruptedException {
        return switch (series) {
            case ATOLL_UNARY_INSERTS -> measure(router, 0, load.callers(), duration);
            case ATOLL_UNARY_READS -> measure(router, 1, load.callers(), duration);
            case ATOLL_PIPELINE_INSERTS -> measure(client, 0, load.callers(), duration);
            case ATOLL_PIPELINE_READS -> measure(client, 1, load.callers(), duration);
            case NODE_UNARY_INSERTS -> measure(node, 0, load.callers(), duration);
            case NODE_UNARY_READS -> measure(node, 1, load.callers(), duration);
            case ATOLL_ONE_CALLER -> measure(router, 1, 1, duration);
            case NODE_ONE_CALLER -> measure(node, 1, 1, duration);
            case WORKERD_INSERTS, WORKERD_READS, POSTGRES_INSERTS, POSTGRES_READS ->
                    throw new IllegalArgumentException(series + ": not of Atoll");
        };
    }

    private Measurement measure(Route route, double readShare, int callers, Duration duration)
            throws IOException, InterruptedException {
        var turn = new BenchPlan.Load(load.instances(), callers, Duration.ZERO, duration, 0);
        var mix = new BenchPlan.Mix(readShare, true, PeersPlan.ROWS, PeersPlan.VALUE_BYTES);
        var report = Bench.measure(instances, route, plan(turn, mix), _ -> {});
        if (!report.failures().isEmpty()) {
            throw new IOException("calls of Atoll failed: " + report.failures());
        }
        var all = report.latencies().all();
        return new Measurement(
                all.callsPerSecond(), all.percentiles().p50(), all.percentiles().p99());
    }

    private static BenchPlan plan(BenchPlan.Load load, BenchPlan.Mix mix) {
        return new BenchPlan("bench", load, mix, Form.CLIENT_WITHOUT_REQUEST_IDS);
    }

    @Override
    public List<String> versions() throws IOException, InterruptedException {
        return cluster.versions();
    }

    /** The instances go with their folder. */
    @Override
    public void close() {
        closing.close();
    }
}

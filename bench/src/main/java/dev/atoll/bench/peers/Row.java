package dev.atoll.bench.peers;

import static dev.atoll.bench.peers.Series.ATOLL_ONE_CALLER;
import static dev.atoll.bench.peers.Series.ATOLL_PIPELINE_INSERTS;
import static dev.atoll.bench.peers.Series.ATOLL_PIPELINE_READS;
import static dev.atoll.bench.peers.Series.ATOLL_UNARY_INSERTS;
import static dev.atoll.bench.peers.Series.ATOLL_UNARY_READS;
import static dev.atoll.bench.peers.Series.NODE_ONE_CALLER;
import static dev.atoll.bench.peers.Series.NODE_UNARY_INSERTS;
import static dev.atoll.bench.peers.Series.NODE_UNARY_READS;
import static dev.atoll.bench.peers.Series.POSTGRES_INSERTS;
import static dev.atoll.bench.peers.Series.POSTGRES_READS;
import static dev.atoll.bench.peers.Series.WORKERD_INSERTS;
import static dev.atoll.bench.peers.Series.WORKERD_READS;

/** A row of the comparison: ours beside a yardstick, and what is wanted of it. */
public enum Row {
    /** Each call by itself, beside Durable Objects. */
    UNARY_INSERTS("inserts, unary", ATOLL_UNARY_INSERTS, WORKERD_INSERTS, times(7, 25)),
    /** Each call by itself, beside Durable Objects. */
    UNARY_READS("reads, unary", ATOLL_UNARY_READS, WORKERD_READS, times(2.5, 15)),
    /** The Java client, beside Durable Objects. */
    PIPELINE_READS("reads, Pipeline", ATOLL_PIPELINE_READS, WORKERD_READS, times(6, 15)),
    /** The Java client, beside a table that all tenants share. */
    INSERTS_BESIDE_TABLE("inserts, Pipeline", ATOLL_PIPELINE_INSERTS, POSTGRES_INSERTS, times(1)),
    /** The Java client, beside a table that all tenants share. */
    READS_BESIDE_TABLE("reads, Pipeline", ATOLL_PIPELINE_READS, POSTGRES_READS, times(1)),
    /** What the router costs in throughput. */
    HOP_INSERTS("the router's hop, inserts", ATOLL_UNARY_INSERTS, NODE_UNARY_INSERTS, times(0.4)),
    /** What the router costs in throughput. */
    HOP_READS("the router's hop, reads", ATOLL_UNARY_READS, NODE_UNARY_READS, times(0.4)),
    /** What the router costs in time. */
    HOP_TIME(
            "the router's hop, one caller",
            ATOLL_ONE_CALLER,
            NODE_ONE_CALLER,
            new Goal.MoreMicros(200));

    private final String title;
    private final Series ours;
    private final Series yardstick;
    private final Goal goal;

    Row(String title, Series ours, Series yardstick, Goal goal) {
        this.title = title;
        this.ours = ours;
        this.yardstick = yardstick;
        this.goal = goal;
    }

    private static Goal times(double times) {
        return new Goal.Times(times, Double.POSITIVE_INFINITY);
    }

    private static Goal times(double times, double p99Millis) {
        return new Goal.Times(times, p99Millis);
    }

    /** For people. */
    public String title() {
        return title;
    }

    /** What is measured of Atoll. */
    public Series ours() {
        return ours;
    }

    /** What it is compared with. */
    public Series yardstick() {
        return yardstick;
    }

    /** What is wanted. */
    public Goal goal() {
        return goal;
    }
}

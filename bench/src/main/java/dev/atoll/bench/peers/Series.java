package dev.atoll.bench.peers;

/** What is measured, a turn at a time. */
public enum Series {
    /** Unary inserts through the router. */
    ATOLL_UNARY_INSERTS("Atoll, unary inserts"),
    /** Inserts in Durable Objects. */
    WORKERD_INSERTS("workerd, inserts"),
    /** The unary inserts, straight to the node. */
    NODE_UNARY_INSERTS("Atoll's node, unary inserts"),
    /** Unary reads through the router. */
    ATOLL_UNARY_READS("Atoll, unary reads"),
    /** Reads in Durable Objects. */
    WORKERD_READS("workerd, reads"),
    /** The unary reads, straight to the node. */
    NODE_UNARY_READS("Atoll's node, unary reads"),
    /** Inserts of the Java client on its Pipeline. */
    ATOLL_PIPELINE_INSERTS("Atoll, inserts by Pipeline"),
    /** Inserts into one table for all tenants. */
    POSTGRES_INSERTS("PostgreSQL, inserts"),
    /** Reads of the Java client on its Pipeline. */
    ATOLL_PIPELINE_READS("Atoll, reads by Pipeline"),
    /** Reads from one table for all tenants. */
    POSTGRES_READS("PostgreSQL, reads"),
    /** Unary reads of one caller through the router. */
    ATOLL_ONE_CALLER("Atoll, one caller's unary reads"),
    /** The same straight to the node. */
    NODE_ONE_CALLER("Atoll's node, one caller's unary reads");

    private final String title;

    Series(String title) {
        this.title = title;
    }

    /** For people. */
    public String title() {
        return title;
    }
}

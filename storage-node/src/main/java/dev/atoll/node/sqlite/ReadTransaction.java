package dev.atoll.node.sqlite;

/** One snapshot of an instance. Used only inside {@link InstanceDatabase#read}, by its thread. */
public sealed class ReadTransaction permits WriteTransaction {
    ReadTransaction() {}

    /**
     * Runs a statement that reads; throws READ_ONLY for any other, and LIMIT_EXCEEDED when the
     * results of this transaction together are over the reply limit.
     */
    public SqlResult query(SqlCall call) {
        Pending.check();
        throw Pending.raise();
    }

    /** Runs a statement that reads, and hands each row to the sink as it is made. */
    public void stream(SqlCall call, RowSink sink) {
        Pending.check();
        throw Pending.raise();
    }

    /** The newest commit that this transaction sees; its own does not count. */
    public long commit() {
        Pending.check();
        throw Pending.raise();
    }

    /** Steps of SQLite's virtual machine so far, to the thousand below. */
    public long vmSteps() {
        Pending.check();
        throw Pending.raise();
    }

    /** Size of the database in bytes, as this transaction sees it. */
    public long sizeBytes() {
        Pending.check();
        throw Pending.raise();
    }
}

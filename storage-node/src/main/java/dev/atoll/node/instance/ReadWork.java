package dev.atoll.node.instance;

import dev.atoll.node.sqlite.ReadTransaction;
import dev.atoll.wire.Failure;

/** A task that reads an instance, on its lane. */
public interface ReadWork<T> {
    /** Comes first, and throws if its caller may not call the instance. */
    default void enter(ReadTransaction transaction, Turn turn) {}

    T run(ReadTransaction transaction, Turn turn);

    /** What its caller is told where anything has failed. */
    default Failure told(Failure why) {
        return why;
    }
}

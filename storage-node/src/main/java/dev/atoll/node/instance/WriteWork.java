package dev.atoll.node.instance;

import dev.atoll.node.declared.BlockInForce;
import dev.atoll.node.sqlite.WriteTransaction;
import dev.atoll.wire.Failure;
import java.util.Optional;

/** A task that writes into an instance, on its lane and in one transaction. */
public interface WriteWork<T> {
    /** Comes first, and throws if its caller may not call the instance. */
    default void enter(WriteTransaction transaction, Turn turn) {}

    /** Whether it is a call, of which a namespace may allow only so many. */
    default boolean counts() {
        return true;
    }

    T run(WriteTransaction transaction, Turn turn);

    /** Throws if an instance may not be created for it. */
    default void checkCreation(Optional<BlockInForce> block) {}

    /** What its caller is told where anything has failed. */
    default Failure told(Failure why) {
        return why;
    }

    /** What it comes to after the transaction; {@code commit} is the newest one now. */
    default T done(T result, long commit) {
        return result;
    }
}

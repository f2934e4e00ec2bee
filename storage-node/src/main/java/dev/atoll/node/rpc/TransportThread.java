package dev.atoll.node.rpc;

import io.grpc.netty.shaded.io.netty.util.internal.ThreadExecutorMap;
import java.util.concurrent.Executor;

/** The thread of the transport that a connection's messages come on and leave by. Immutable. */
final class TransportThread {
    private TransportThread() {}

    /**
     * Runs tasks on the transport's thread that this is, after what it is doing now; where this is
     * none, at once in the thread that brings them. Inside one process with the router it is that
     * of the client whose call opened the stream.
     */
    static Executor current() {
        var loop = ThreadExecutorMap.currentExecutor();
        return loop == null ? Runnable::run : loop;
    }
}

package dev.atoll.router.forward;

import io.grpc.netty.shaded.io.netty.util.internal.ThreadExecutorMap;
import java.util.concurrent.RejectedExecutionException;

/**
 * Puts something off until the transport has handed over all that it has just read, so that it is
 * done once for many messages. Immutable.
 */
final class AfterRead {
    private AfterRead() {}

    /** Runs the task after the reading that goes on in this thread; at once if there is none. */
    static void run(Runnable task) {
        // Handlers run on the transport's threads, and its tasks come after its reads.
        var loop = ThreadExecutorMap.currentExecutor();
        if (loop == null) {
            task.run();
            return;
        }
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // The transport is closing.
            task.run();
        }
    }
}

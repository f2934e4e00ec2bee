package dev.atoll.client.internal;

import org.jspecify.annotations.Nullable;

/**
 * A stream of messages that come only when they are asked for, so that flow control reaches the
 * server. Thread-safe.
 */
public interface MessageStream<R> {
    /** Asks for the next message. Never for more than one at a time. */
    void request();

    /** Ends the stream early; the server stops the query. Harmless after the end. */
    void cancel();

    /** Hears what the stream gives, one call at a time. */
    interface Receiver<R> {
        /** The next message that was asked for. */
        void message(R message);

        /**
         * The last call.
         *
         * @param failure null if the stream is complete
         */
        void end(@Nullable RuntimeException failure);
    }
}

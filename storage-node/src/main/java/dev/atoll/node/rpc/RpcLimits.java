package dev.atoll.node.rpc;

import java.time.Duration;

/**
 * What calls may ask for. Immutable.
 *
 * @param deadlineDefault where the client sets none
 * @param streamStallMax how long a stream waits for a client that does not read
 * @param operationsMax of one Query or Mutate
 * @param messageBytesMax of one inbound message
 * @param load of all calls together
 */
public record RpcLimits(
        Duration deadlineDefault,
        Duration streamStallMax,
        int operationsMax,
        int messageBytesMax,
        Load load) {
    /**
     * What all calls together may take. Immutable.
     *
     * @param callsInFlightMax on this node; more are OVERLOADED
     * @param repliesWaitingBytesMax of replies that clients have not read yet
     */
    public record Load(int callsInFlightMax, long repliesWaitingBytesMax) {}
}

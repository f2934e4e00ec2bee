package dev.atoll.node.rpc;

import java.time.Duration;

/**
 * What one call may ask for. Immutable.
 *
 * @param deadlineDefault where the client sets none
 * @param streamStallMax how long a stream waits for a client that does not read
 * @param operationsMax of one Query or Mutate
 * @param callsInFlightMax on this node; more are OVERLOADED
 * @param messageBytesMax of one inbound message
 */
public record RpcLimits(
        Duration deadlineDefault,
        Duration streamStallMax,
        int operationsMax,
        int callsInFlightMax,
        int messageBytesMax) {}

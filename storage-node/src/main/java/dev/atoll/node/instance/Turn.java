package dev.atoll.node.instance;

import dev.atoll.node.declared.BlockInForce;
import dev.atoll.node.schema.SchemaStanding;
import java.time.Duration;
import java.util.Optional;

/**
 * What a task is told about its turn. Immutable.
 *
 * @param incarnation of the instance it runs on
 * @param queueTime how long it waited
 * @param durability waits until all that it may see is durable: for what leaves before it ends
 * @param created whether the instance comes to be with this task
 * @param declared what the instance is declared as; empty where nothing was ever declared
 */
public record Turn(
        long incarnation,
        Duration queueTime,
        Runnable durability,
        boolean created,
        Optional<Declared> declared) {
    /** A block, and how the instance stands to it. */
    public record Declared(BlockInForce block, SchemaStanding standing) {}
}

package dev.atoll.node.catalog;

/**
 * When an instance wants something done, in microseconds since 1970; 0 for never. Immutable.
 *
 * @param namespace of the instance, for those who watch it; empty where nobody knows
 * @param ownMicros by the node itself
 * @param watchedMicros by a service that watches alarms
 */
public record Due(String namespace, long ownMicros, long watchedMicros) {
    /** As the instance's files tell: the node has to look what it is about. */
    public static Due unknown(long micros) {
        return new Due("", micros, 0);
    }
}

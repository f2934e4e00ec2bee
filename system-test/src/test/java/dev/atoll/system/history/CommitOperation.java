package dev.atoll.system.history;

/**
 * A reply that named a commit of an instance. Immutable.
 *
 * @param made whether the operation made that commit; if not, it saw it
 */
public record CommitOperation(String by, Interval when, long commit, boolean made) {}

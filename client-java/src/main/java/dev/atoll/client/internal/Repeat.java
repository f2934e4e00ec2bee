package dev.atoll.client.internal;

/** When a failed call may be sent again. */
public enum Repeat {
    /** It is harmless twice: it only reads, or it carries a request id. */
    AFTER_UNKNOWN_OUTCOME,
    /** Only where the server said that it was certainly not executed. */
    IF_NEVER_EXECUTED
}

package dev.atoll.wire;

/** What a client may do after a failure. */
public enum ClientAction {
    /** The same call will fail again. */
    GIVE_UP,
    /** Get a new token first. */
    GET_TOKEN,
    /** Try again later, more slowly; the call was certainly not executed. */
    BACK_OFF,
    /** Try again; the call was certainly not executed. */
    RETRY,
    /** Ask for the owner again and retry there; the call was certainly not executed. */
    AFTER_REFRESH,
    /** Nobody knows whether it happened: retry a Query, retry a Mutate only with its request id. */
    RETRY_IF_SAFE,
    /** A person has to look at it. */
    CALL_OPERATOR
}

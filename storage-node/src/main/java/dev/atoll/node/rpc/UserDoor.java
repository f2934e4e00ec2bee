package dev.atoll.node.rpc;

import dev.atoll.node.config.ActiveConfig;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.time.Duration;

/**
 * Whom a node serves: services always; users only while it knows which declarations are current,
 * since an older version may allow what the current one does not. Thread-safe.
 */
final class UserDoor {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final ActiveConfig config;

    UserDoor(ActiveConfig config) {
        this.config = config;
    }

    /** Throws unless the caller is served now; nothing of its call was executed then. */
    void check(Caller caller) {
        switch (caller.kind()) {
            case SERVICE -> {}
            case USER -> checkUser();
        }
    }

    private void checkUser() {
        if (!config.isConfirmed()) {
            throw Failure.of(
                            Reason.NODE_UNAVAILABLE,
                            "the node cannot confirm which rules are current (expected: an answer"
                                    + " of etcd within its lease)")
                    .retryAfter(RETRY_AFTER);
        }
        // Nothing acts on declarations yet: no namespace has rules that could let a user in.
        throw Failure.of(
                Reason.RULE_DENIED,
                "users may call only namespaces that are declared with access rules, and none is"
                        + " (expected: the token of a service)");
    }
}

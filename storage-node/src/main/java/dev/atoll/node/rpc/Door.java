package dev.atoll.node.rpc;

import dev.atoll.node.config.ActiveConfig;
import dev.atoll.node.declared.BlocksInForce;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.time.Duration;

/**
 * Whom a node serves, and which namespaces there are. Services are served once the node knows what
 * is declared; users only while it knows which declarations are current, since an older version may
 * allow what the current one does not. Once a file is applied, a namespace that it does not declare
 * does not exist. Thread-safe.
 */
final class Door {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final ActiveConfig config;
    private final BlocksInForce blocks;

    Door(ActiveConfig config, BlocksInForce blocks) {
        this.config = config;
        this.blocks = blocks;
    }

    /**
     * Throws unless the caller is served now, and the instance has a key that it can have; nothing
     * of the call was executed then.
     *
     * @param undeclaredToo whether the call only looks after data, which is kept in any case
     */
    void check(CallContext context, boolean undeclaredToo) {
        var key = context.authorisedKey();
        switch (context.caller().kind()) {
            case SERVICE -> {
                if (key != null && !undeclaredToo) {
                    checkKnown();
                    var _ = blocks.find(key);
                }
            }
            case USER -> {
                checkConfirmed();
                if (key == null || blocks.find(key).isEmpty()) {
                    throw notServed();
                }
            }
            case ANONYMOUS -> {
                if (key == null || !blocks.letsNobodyIn(key.namespace())) {
                    throw Failure.tokenMissing();
                }
                checkConfirmed();
                var _ = blocks.find(key);
            }
        }
    }

    private void checkConfirmed() {
        if (!config.isConfirmed()) {
            throw unavailable(
                    "the node cannot confirm which rules are current (expected: an answer of etcd"
                            + " within its lease)");
        }
    }

    /** Else a service would be served as if nothing were declared. */
    private void checkKnown() {
        if (!config.isKnown()) {
            throw unavailable(
                    "the node does not know yet what is declared (expected: an answer of etcd, and"
                            + " a version that this node can use)");
        }
    }

    private static Failure unavailable(String why) {
        return Failure.of(Reason.NODE_UNAVAILABLE, why).retryAfter(RETRY_AFTER);
    }

    private static Failure notServed() {
        return Failure.of(
                Reason.RULE_DENIED,
                "users may call only namespaces that are declared with access rules, and none is"
                        + " (expected: the token of a service)");
    }
}

package dev.atoll.node.rpc;

import dev.atoll.node.config.ActiveConfig;
import dev.atoll.node.config.DeclaredBlock;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.time.Duration;
import java.util.Optional;

/**
 * Whom a node serves, and which namespaces there are. Services are served always; users only while
 * the node knows which declarations are current, since an older version may allow what the current
 * one does not. Once a file is applied, a namespace that it does not declare does not exist.
 * Thread-safe.
 */
final class Door {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final ActiveConfig config;

    Door(ActiveConfig config) {
        this.config = config;
    }

    /**
     * The same context with what is declared of its namespace. Throws unless the caller is served
     * now, and the instance has a key that it can have; nothing of the call was executed then.
     *
     * @param undeclaredToo whether the call only looks after data, which is kept in any case
     */
    CallContext enter(CallContext context, boolean undeclaredToo) {
        boolean user = context.caller().kind() == Caller.Kind.USER;
        if (user) {
            checkConfirmed();
        }
        var key = context.authorisedKey();
        var declared =
                key == null || (undeclaredToo && !user)
                        ? Optional.<DeclaredBlock>empty()
                        : find(key);
        if (user) {
            throw notServed();
        }
        return context.with(declared);
    }

    /** Empty if no file was ever applied: any namespace is there. */
    private Optional<DeclaredBlock> find(InstanceKey key) {
        var declarations = config.current();
        if (declarations.isEmpty()) {
            return Optional.empty();
        }
        var declared = declarations.get().find(key.namespace()).orElseThrow(() -> undeclared(key));
        boolean dynamic = declared.block().mode().dynamic();
        if (dynamic == key.id().isEmpty()) {
            throw Failure.of(
                            Reason.INSTANCE_KEY_INVALID,
                            dynamic
                                    ? "id: '' (expected: one, since namespace "
                                            + key.namespace()
                                            + " is dynamic)"
                                    : "id: '"
                                            + key.id()
                                            + "' (expected: none, since namespace "
                                            + key.namespace()
                                            + " is a single instance)")
                    .with("part", "id");
        }
        return Optional.of(declared);
    }

    private static Failure undeclared(InstanceKey key) {
        return Failure.of(
                        Reason.NAMESPACE_NOT_FOUND,
                        "namespace: '" + key.namespace() + "' (expected: one that is declared)")
                .with("namespace", key.namespace());
    }

    private void checkConfirmed() {
        if (!config.isConfirmed()) {
            throw Failure.of(
                            Reason.NODE_UNAVAILABLE,
                            "the node cannot confirm which rules are current (expected: an answer"
                                    + " of etcd within its lease)")
                    .retryAfter(RETRY_AFTER);
        }
    }

    /** Users call table operations, which nodes do not have yet. */
    private static Failure notServed() {
        return Failure.of(
                Reason.RULE_DENIED,
                "users are not served yet: they call table operations, by rules (expected: the token"
                        + " of a service)");
    }
}

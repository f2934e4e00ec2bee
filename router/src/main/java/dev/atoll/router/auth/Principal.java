package dev.atoll.router.auth;

import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.time.Instant;

/**
 * A verified caller and what it may do. Immutable.
 *
 * @param caller who it is
 * @param scopes what a service may do; none for a user
 * @param goodUntil when its token expires
 */
public record Principal(Caller caller, Scopes scopes, Instant goodUntil) {
    /** Whoever brings no token; namespaces say whether they let such callers in. */
    public static final Principal NOBODY = new Principal(Caller.NOBODY, Scopes.NONE, Instant.MAX);

    /**
     * Throws SCOPE_DENIED or RULE_DENIED unless it may do this to the instance. What users may do,
     * the rules of the instance say, which only its node can ask.
     */
    public void check(Right right, InstanceKey key) {
        switch (caller.kind()) {
            case SERVICE -> {
                if (!scopes.allows(right, key)) {
                    throw denied(right, key.toString());
                }
            }
            case USER -> {
                if (right == Right.ADMIN) {
                    throw forServices();
                }
            }
            case ANONYMOUS -> {
                if (right == Right.ADMIN) {
                    throw Failure.tokenMissing();
                }
            }
        }
    }

    /** Throws unless it may list the ids of the namespace that start with the prefix. */
    public void checkListing(String namespace, String idPrefix) {
        checkKind();
        if (!scopes.allowsListing(namespace, idPrefix)) {
            throw denied(Right.READ, namespace + ':' + idPrefix + '*');
        }
    }

    /** Throws unless it may see every instance. */
    public void checkListingOfAll() {
        checkKind();
        if (!scopes.allowsEverything(Right.READ)) {
            throw denied(Right.READ, "*");
        }
    }

    /** Whether it may see what is not of one namespace. */
    public boolean readsEverything() {
        return scopes.allowsEverything(Right.READ);
    }

    /** Throws unless it may look after the cluster. */
    public void checkCluster() {
        checkKind();
        if (!scopes.allowsEverything(Right.ADMIN)) {
            throw denied(Right.ADMIN, "*");
        }
    }

    private void checkKind() {
        switch (caller.kind()) {
            case SERVICE -> {}
            case USER -> throw forServices();
            case ANONYMOUS -> throw Failure.tokenMissing();
        }
    }

    private static Failure forServices() {
        return Failure.of(
                Reason.RULE_DENIED, "this call is for services (expected: a service's token)");
    }

    private static Failure denied(Right right, String what) {
        return Failure.of(
                        Reason.SCOPE_DENIED,
                        "scope: the token does not grant '"
                                + right.text()
                                + "' on '"
                                + what
                                + "' (expected: a scope such as '"
                                + what
                                + "="
                                + right.text()
                                + "')")
                .with("right", right.text())
                .with("on", what);
    }
}

package dev.atoll.node.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.atoll.node.instance.Call;
import dev.atoll.node.instance.Terms;
import dev.atoll.proto.internal.v1.LinkCall;
import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.util.BitSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Turns the calls of a link into tasks of lanes. Thread-safe. */
final class LinkCalls {
    private final Queries queries;
    private final Mutations mutations;
    private final Door door;

    LinkCalls(Queries queries, Mutations mutations, Door door) {
        this.queries = queries;
        this.mutations = mutations;
        this.door = door;
    }

    /**
     * Hands the call to its lane, before those that come later; throws {@link Failure}.
     *
     * @param refused the instances whose calls the stream has to refuse
     */
    Call<? extends MessageLite> submit(LinkCall call, Set<InstanceKey> refused) {
        var key = InstanceKey.ofBytes(call.getAuthorisedKey().toByteArray());
        var context = context(call, key);
        door.check(context, false);
        long deadlineNanos =
                System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(call.getTimeoutMicros());
        var terms =
                new Terms(
                        deadlineNanos,
                        ownership -> enter(key, call.getResumes(), refused, ownership));
        try {
            return switch (call.getMethod()) {
                case LINK_METHOD_QUERY ->
                        queries.submit(context, QueryRequest.parseFrom(call.getBody()), terms);
                case LINK_METHOD_MUTATE ->
                        mutations.submit(context, MutateRequest.parseFrom(call.getBody()), terms);
                case LINK_METHOD_UNSPECIFIED, UNRECOGNIZED ->
                        throw Replies.unimplemented("link method " + call.getMethodValue());
            };
        } catch (InvalidProtocolBufferException e) {
            throw Failure.of(
                    Reason.VALIDATION_FAILED,
                    "request: cannot be read: " + e.getMessage() + " (expected: its message)",
                    e);
        }
    }

    /** In the instance's lane. A call must not overtake one that the router has to send again. */
    private static void enter(
            InstanceKey key, boolean resumes, Set<InstanceKey> refused, Runnable ownership) {
        if (resumes) {
            refused.remove(key);
        }
        if (refused.contains(key)) {
            throw Failure.of(
                    Reason.NOT_OWNER, "instance " + key + ": calls before this one were refused");
        }
        try {
            ownership.run();
        } catch (Failure e) {
            if (e.reason() == Reason.NOT_OWNER) {
                refused.add(key);
            }
            throw e;
        }
    }

    /** The method's name, as metrics show it. */
    static String method(LinkCall call) {
        return switch (call.getMethod()) {
            case LINK_METHOD_QUERY -> "Query";
            case LINK_METHOD_MUTATE -> "Mutate";
            case LINK_METHOD_UNSPECIFIED, UNRECOGNIZED -> "unknown";
        };
    }

    private static CallContext context(LinkCall call, InstanceKey key) {
        try {
            return new CallContext(Caller.of(call.getCaller()), key, new BitSet());
        } catch (IllegalArgumentException e) {
            throw Failure.of(Reason.TOKEN_INVALID, "the router's call: " + e.getMessage(), e);
        }
    }
}

package dev.atoll.node.rpc;

import dev.atoll.proto.v1.InstanceServiceGrpc;
import dev.atoll.wire.CallMetadata;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.time.Duration;
import java.util.BitSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a router told about a call: who calls, and which key it authorised. Immutable.
 *
 * @param caller as the router verified it
 * @param authorisedKey null for calls that name no instance
 * @param listed the shards that a listing is about; empty for other calls
 */
record CallContext(Caller caller, @Nullable InstanceKey authorisedKey, BitSet listed) {
    private static final Context.Key<CallContext> KEY = Context.key("atoll-call");

    /** Services that anybody who reaches the port may ask. */
    private static final Set<String> OPEN_SERVICES =
            Set.of(
                    "grpc.health.v1.Health",
                    "grpc.reflection.v1.ServerReflection",
                    "grpc.reflection.v1alpha.ServerReflection");

    /** Calls that only look after data, which is kept where its namespace is declared no more. */
    private static final Set<String> UNDECLARED_TOO =
            Set.of(InstanceServiceGrpc.getVerifyInstanceMethod().getFullMethodName());

    /** The context of the call that this thread handles. */
    static CallContext current() {
        var context = KEY.get();
        if (context == null) {
            throw new IllegalStateException("there is no call on this thread");
        }
        return context;
    }

    /**
     * The key of a request's body, which must be the one that the router authorised: a message may
     * carry its key twice, and parsers merge.
     */
    InstanceKey check(dev.atoll.proto.v1.InstanceKey bodyKey) {
        if (authorisedKey == null) {
            throw fromRoutersOnly();
        }
        var key = InstanceKey.of(bodyKey);
        if (!key.equals(authorisedKey)) {
            throw Failure.of(
                    Reason.INSTANCE_KEY_INVALID,
                    "instance: the body's key is not the one that was authorised (expected: one"
                            + " key, sent once)");
        }
        return key;
    }

    /** A copy of the shards that a listing is about. */
    BitSet listedShards() {
        return (BitSet) listed.clone();
    }

    /** When the call must be answered, by the monotonic clock. */
    static long deadlineNanos(Duration whereThereIsNone) {
        var deadline = Context.current().getDeadline();
        long left =
                deadline == null
                        ? whereThereIsNone.toNanos()
                        : deadline.timeRemaining(TimeUnit.NANOSECONDS);
        return System.nanoTime() + left;
    }

    /**
     * Reads the context from the metadata, and refuses calls that do not come from a router, or
     * that the door does not let in.
     */
    static ServerInterceptor interceptor(Door door) {
        return new ServerInterceptor() {
            @Override
            public <Q, P> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
                var service = call.getMethodDescriptor().getServiceName();
                if (service != null && OPEN_SERVICES.contains(service)) {
                    return next.startCall(call, headers);
                }
                CallContext context;
                try {
                    var method = call.getMethodDescriptor().getFullMethodName();
                    context = read(headers);
                    door.check(context, UNDECLARED_TOO.contains(method));
                } catch (Failure e) {
                    call.close(FailureStatus.status(e), FailureStatus.trailers(e));
                    return new ServerCall.Listener<>() {};
                }
                return Contexts.interceptCall(
                        Context.current().withValue(KEY, context), call, headers, next);
            }
        };
    }

    private static CallContext read(Metadata headers) {
        var caller = headers.get(CallMetadata.CALLER);
        if (caller == null) {
            throw fromRoutersOnly();
        }
        var key = headers.get(CallMetadata.AUTHORISED_KEY);
        var shards = headers.get(CallMetadata.LISTED_SHARDS);
        try {
            return new CallContext(
                    Caller.of(caller),
                    key == null ? null : InstanceKey.ofBytes(key),
                    shards == null ? new BitSet() : BitSet.valueOf(shards));
        } catch (IllegalArgumentException e) {
            throw Failure.of(Reason.TOKEN_INVALID, "the router's metadata: " + e.getMessage());
        }
    }

    private static Failure fromRoutersOnly() {
        return Failure.of(
                Reason.TOKEN_MISSING,
                "a node takes calls from routers only (expected: a call to a router, with a token)");
    }
}

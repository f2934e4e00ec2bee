package dev.atoll.router.rpc;

import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.router.auth.Authenticator;
import dev.atoll.router.auth.Principal;
import dev.atoll.router.forward.Admission;
import dev.atoll.router.limit.CallsInFlight;
import dev.atoll.wire.CallMetadata;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.Reason;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every call of a public service passes before anything else happens: the limit of calls in
 * flight, and authentication. Thread-safe.
 */
public final class CallGate implements ServerInterceptor, Admission {
    private static final Logger log = LoggerFactory.getLogger(CallGate.class);

    /** What nobody may ask, too, where a namespace lets him in: its node knows whether it does. */
    private static final Set<String> WITHOUT_TOKEN =
            Set.of(
                    DatabaseServiceGrpc.getQueryMethod().getFullMethodName(),
                    DatabaseServiceGrpc.getQueryStreamMethod().getFullMethodName(),
                    DatabaseServiceGrpc.getMutateMethod().getFullMethodName());

    private static final Context.Key<Principal> PRINCIPAL = Context.key("atoll-principal");

    private final CallsInFlight calls;
    private final Authenticator authenticator;
    private final CallMetrics metrics;
    private final InstantSource clock;

    public CallGate(
            CallsInFlight calls,
            Authenticator authenticator,
            CallMetrics metrics,
            InstantSource clock) {
        this.calls = calls;
        this.clock = clock;
        this.authenticator = authenticator;
        this.metrics = metrics;
    }

    /** The verified caller of the current call. */
    public static Principal principal() {
        return PRINCIPAL.get();
    }

    @Override
    public void enter() {
        calls.enter();
    }

    @Override
    public void leave() {
        calls.leave();
    }

    @Override
    public void checkToken(Principal caller) {
        if (!clock.instant().isBefore(caller.goodUntil())) {
            throw Failure.of(
                    Reason.TOKEN_EXPIRED,
                    "token: expired at "
                            + caller.goodUntil()
                            + " (expected: a refresh_token on the stream)");
        }
    }

    @Override
    public CompletableFuture<Principal> authenticate(String token) {
        return authenticator.authenticate(List.of("Bearer " + token));
    }

    @Override
    public void ended(String method, Status status, Metadata trailers, long nanos) {
        metrics.ended(method, status, trailers, nanos);
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        var counted = new CountedCall<>(call, metrics);
        try {
            calls.enter();
        } catch (Failure overloaded) {
            return counted.refuse(overloaded);
        }
        echoCompression(call, headers);
        var values = headers.getAll(CallMetadata.AUTHORIZATION);
        var tokens = new ArrayList<String>();
        if (values != null) {
            values.forEach(tokens::add);
        }
        boolean nobody =
                tokens.isEmpty()
                        && WITHOUT_TOKEN.contains(call.getMethodDescriptor().getFullMethodName());
        var principal =
                nobody
                        ? CompletableFuture.completedFuture(Principal.NOBODY)
                        : authenticator.authenticate(tokens);
        var context = Context.current();
        if (principal.isDone() && !principal.isCompletedExceptionally()) {
            return new CountedCall.Listener<>(
                    start(context, principal.join(), counted, headers, next), counted, calls);
        }
        var waiting = new WaitingListener<Q>();
        var _ =
                principal.whenComplete(
                        (verified, error) -> {
                            if (error != null) {
                                counted.refuse(failureOf(error));
                                return;
                            }
                            try {
                                waiting.open(
                                        () -> start(context, verified, counted, headers, next));
                            } catch (RuntimeException e) {
                                // The future would keep it to itself, and the client wait.
                                counted.refuse(e);
                            }
                        });
        return new CountedCall.Listener<>(waiting, counted, calls);
    }

    private static <Q, R> ServerCall.Listener<Q> start(
            Context context,
            Principal principal,
            ServerCall<Q, R> call,
            Metadata headers,
            ServerCallHandler<Q, R> next) {
        return Contexts.interceptCall(context.withValue(PRINCIPAL, principal), call, headers, next);
    }

    /** A client that compresses what it sends gets what it asked for compressed too. */
    private static void echoCompression(ServerCall<?, ?> call, Metadata headers) {
        var key = Metadata.Key.of("grpc-encoding", Metadata.ASCII_STRING_MARSHALLER);
        if ("gzip".equals(headers.get(key))) {
            call.setCompression("gzip");
        }
    }

    private static Throwable failureOf(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null
                ? error.getCause()
                : error;
    }

    /** Counts a call and its end. */
    private static final class CountedCall<Q, R>
            extends io.grpc.ForwardingServerCall.SimpleForwardingServerCall<Q, R> {
        private final CallMetrics metrics;
        private final long startedAt = System.nanoTime();
        private volatile boolean closed;

        CountedCall(ServerCall<Q, R> call, CallMetrics metrics) {
            super(call);
            this.metrics = metrics;
        }

        @Override
        public void close(Status status, Metadata trailers) {
            count(status, trailers);
            super.close(status, trailers);
        }

        ServerCall.Listener<Q> refuse(Throwable error) {
            if (error instanceof Failure failure) {
                close(FailureStatus.status(failure), FailureStatus.trailers(failure));
            } else {
                log.error("a call failed in the router", error);
                close(Status.INTERNAL.withDescription("the router failed"), new Metadata());
            }
            return new ServerCall.Listener<>() {};
        }

        private void count(Status status, Metadata trailers) {
            if (!closed) {
                closed = true;
                metrics.ended(
                        getMethodDescriptor().getFullMethodName(),
                        status,
                        trailers,
                        System.nanoTime() - startedAt);
            }
        }

        /** Leaves the count when the transport has let the call go. */
        private static final class Listener<Q>
                extends io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener<Q> {
            private final CountedCall<Q, ?> call;
            private final CallsInFlight calls;

            Listener(ServerCall.Listener<Q> listener, CountedCall<Q, ?> call, CallsInFlight calls) {
                super(listener);
                this.call = call;
                this.calls = calls;
            }

            @Override
            public void onComplete() {
                calls.leave();
                super.onComplete();
            }

            @Override
            public void onCancel() {
                calls.leave();
                call.count(Status.CANCELLED, new Metadata());
                super.onCancel();
            }
        }
    }

    /**
     * Keeps what happens to a call until its caller is verified. Little can: nothing was asked for.
     */
    private static final class WaitingListener<Q> extends ServerCall.Listener<Q> {
        private final List<java.util.function.Consumer<ServerCall.Listener<Q>>> kept =
                new ArrayList<>();
        private ServerCall.@org.jspecify.annotations.Nullable Listener<Q> open;

        void open(java.util.function.Supplier<ServerCall.Listener<Q>> start) {
            var listener = start.get();
            while (true) {
                List<java.util.function.Consumer<ServerCall.Listener<Q>>> events;
                synchronized (this) {
                    if (kept.isEmpty()) {
                        open = listener;
                        return;
                    }
                    events = List.copyOf(kept);
                    kept.clear();
                }
                events.forEach(event -> event.accept(listener));
            }
        }

        @Override
        public void onMessage(Q message) {
            keepOrRun(listener -> listener.onMessage(message));
        }

        @Override
        public void onHalfClose() {
            keepOrRun(ServerCall.Listener::onHalfClose);
        }

        @Override
        public void onCancel() {
            keepOrRun(ServerCall.Listener::onCancel);
        }

        @Override
        public void onComplete() {
            keepOrRun(ServerCall.Listener::onComplete);
        }

        @Override
        public void onReady() {
            keepOrRun(ServerCall.Listener::onReady);
        }

        private void keepOrRun(java.util.function.Consumer<ServerCall.Listener<Q>> event) {
            ServerCall.Listener<Q> listener;
            synchronized (this) {
                if (open == null) {
                    kept.add(event);
                    return;
                }
                listener = open;
            }
            event.accept(listener);
        }
    }
}

package dev.atoll.client.internal;

import dev.atoll.wire.CallMetadata;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One channel to an endpoint, with what every call needs: a token, a deadline, and attempts.
 * Thread-safe.
 */
public final class Transport implements AutoCloseable {
    /** A reply of 16 MiB, the server's default limit, and room for operators who raised it. */
    private static final int MESSAGE_BYTES_MAX = 64 << 20;

    private static final Duration KEEPALIVE = Duration.ofSeconds(30);
    private static final Duration CLOSE_GRACE = Duration.ofSeconds(5);
    private static final Duration CLOSE_KILL = Duration.ofSeconds(1);

    private final ManagedChannel channel;
    private final Channel authenticated;
    private final Executor executor;
    private final Pipelines pipelines;
    private final Backoff backoff;
    private final Function<CallFailure, ? extends RuntimeException> exceptions;
    // One generator for ids and jitter: both want threads that never repeat each other.
    private final SecureRandom random = new SecureRandom();
    private final RequestIds requestIds = new RequestIds(InstantSource.system(), random);
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Opens no connection yet; the first call does.
     *
     * @param security of the connection
     * @param token asked before every attempt; null to send none
     * @param exceptions makes what callers catch
     */
    public Transport(
            String endpoint,
            Security security,
            @Nullable Supplier<String> token,
            Backoff backoff,
            Function<CallFailure, ? extends RuntimeException> exceptions) {
        this.backoff = backoff;
        this.exceptions = exceptions;
        // Virtual threads: whatever users do in the callbacks of a future may block.
        ThreadFactory threads = Thread.ofVirtual().name("atoll-client-", 0).factory();
        this.executor = task -> threads.newThread(task).start();
        this.channel =
                Grpc.newChannelBuilder(endpoint, security.credentials())
                        .executor(executor)
                        // Attempts are ours alone: gRPC's own would repeat what is not safe.
                        .disableRetry()
                        .disableServiceConfigLookUp()
                        .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                        // Notices a dead connection under a call that waits.
                        .keepAliveTime(KEEPALIVE.toSeconds(), TimeUnit.SECONDS)
                        .userAgent("atoll-client-java")
                        .build();
        this.authenticated =
                token == null ? channel : ClientInterceptors.intercept(channel, bearer(token));
        this.pipelines = new Pipelines(channel, token, executor);
    }

    /** How the connection is protected. */
    public sealed interface Security {
        /** No protection: for loopback and trusted networks only. */
        record Plaintext() implements Security {}

        /**
         * TLS.
         *
         * @param authorities PEM file of those to trust; null for the system's
         */
        record Tls(@Nullable Path authorities) implements Security {}

        private ChannelCredentials credentials() {
            return switch (this) {
                case Plaintext() -> InsecureChannelCredentials.create();
                case Tls(var authorities) -> tls(authorities);
            };
        }

        private static ChannelCredentials tls(@Nullable Path authorities) {
            if (authorities == null) {
                return TlsChannelCredentials.create();
            }
            try {
                return TlsChannelCredentials.newBuilder()
                        .trustManager(authorities.toFile())
                        .build();
            } catch (IOException e) {
                throw new UncheckedIOException("authorities " + authorities + ": cannot read", e);
            }
        }
    }

    /** A new id for a Mutate. */
    public UUID nextRequestId() {
        return requestIds.next();
    }

    /**
     * Sends a call and, where that is safe, sends it again. Cancelling the future cancels the call.
     */
    <Q, R, T extends @Nullable Object> CompletableFuture<T> call(
            CallPlan<Q, R, T> plan, Duration deadline) {
        checkOpen();
        var call = new RepeatedCall<>(this, plan);
        call.start(System.nanoTime() + nanos(deadline));
        return call;
    }

    /** Starts a stream that gives messages as they are asked for. */
    public <Q, R> MessageStream<R> stream(
            MethodDescriptor<Q, R> method,
            Q request,
            Duration deadline,
            MessageStream.Receiver<R> receiver) {
        checkOpen();
        var stream = new StreamCall<>(this, method, request, receiver);
        stream.start(System.nanoTime() + nanos(deadline));
        return stream;
    }

    /** What callers catch. */
    public RuntimeException exception(CallFailure failure) {
        return exceptions.apply(failure);
    }

    /** Lets running calls end for a moment, then cancels them. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        pipelines.close();
        channel.shutdown();
        try {
            if (!channel.awaitTermination(CLOSE_GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                channel.shutdownNow();
                channel.awaitTermination(CLOSE_KILL.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            channel.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, long deadlineNanos) {
        long left = Math.max(0, deadlineNanos - System.nanoTime());
        return authenticated.newCall(
                method, CallOptions.DEFAULT.withDeadlineAfter(left, TimeUnit.NANOSECONDS));
    }

    /** Sends a request once, in the way that costs least just now. */
    <Q, R> Attempt attempt(
            MethodDescriptor<Q, R> method, Q request, long deadlineNanos, AttemptEnd<R> end) {
        var pipelined = pipelines.trySend(method, request, deadlineNanos, end);
        return pipelined == null
                ? SingleAttempt.send(
                        newCall(method, deadlineNanos), request, pipelines.counted(method, end))
                : pipelined;
    }

    /**
     * How long to wait before the next attempt; negative if there shall be none.
     *
     * @param deadlineNanos of the whole call, on {@link System#nanoTime()}
     */
    long retryDelayNanos(CallFailure failure, Repeat repeat, long deadlineNanos) {
        if (closed.get()
                || failure.attempts() >= backoff.attemptsMax()
                || !failure.repeatable(repeat)) {
            return -1;
        }
        long delay =
                backoff.delayNanos(
                        failure.attempts(), failure.retryAfter().orElse(Duration.ZERO), random);
        return delay < deadlineNanos - System.nanoTime() ? delay : -1;
    }

    Executor after(long delayNanos) {
        return CompletableFuture.delayedExecutor(delayNanos, TimeUnit.NANOSECONDS, executor);
    }

    private void checkOpen() {
        if (closed.get()) {
            throw new IllegalStateException("the client is closed");
        }
    }

    /** Longer than a century is as good as for ever, and would overflow. */
    private static long nanos(Duration deadline) {
        return deadline.compareTo(Duration.ofDays(36_500)) > 0
                ? Duration.ofDays(36_500).toNanos()
                : deadline.toNanos();
    }

    private static ClientInterceptor bearer(Supplier<String> token) {
        return new ClientInterceptor() {
            @Override
            public <Q, R> ClientCall<Q, R> interceptCall(
                    MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
                return new ForwardingClientCall.SimpleForwardingClientCall<>(
                        next.newCall(method, options)) {
                    @Override
                    public void start(Listener<R> listener, Metadata headers) {
                        headers.put(CallMetadata.AUTHORIZATION, "Bearer " + token.get());
                        super.start(listener, headers);
                    }
                };
            }
        };
    }
}

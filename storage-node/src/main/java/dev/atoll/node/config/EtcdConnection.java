package dev.atoll.node.config;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import dev.atoll.node.lease.EtcdSettings;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The few things asked of etcd, each with a deadline. After a failure the next one connects anew:
 * the back-off of the old connection could last longer than etcd is away. Thread-safe.
 */
final class EtcdConnection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EtcdConnection.class);
    private static final Duration REQUEST_MOST = Duration.ofSeconds(2);

    private final EtcdSettings settings;

    @GuardedBy("this")
    private Client client;

    @GuardedBy("this")
    private @Nullable Watching watching;

    @GuardedBy("this")
    private boolean closed;

    EtcdConnection(EtcdSettings settings) throws IOException {
        this.settings = settings;
        this.client = settings.connect();
    }

    /** A watch, and the client whose it is. */
    private static final class Watching {
        private final Client client;
        private Watch.@Nullable Watcher watcher;
        private volatile boolean ended;

        Watching(Client client) {
            this.client = client;
        }
    }

    /**
     * What a transaction came to.
     *
     * @param revision of etcd after it
     * @param found what was read instead, where it was not done
     */
    record Answer(boolean done, long revision, Optional<KeyValue> found) {}

    Optional<KeyValue> get(String key) throws IOException {
        return await(client -> client.getKVClient().get(bytes(key))).getKvs().stream().findFirst();
    }

    /** What is under a prefix. */
    List<KeyValue> list(String prefix, boolean keysOnly) throws IOException {
        var option = GetOption.builder().isPrefix(true).withKeysOnly(keysOnly).build();
        return await(client -> client.getKVClient().get(bytes(prefix), option)).getKvs();
    }

    void put(String key, ByteString value) throws IOException {
        await(client -> client.getKVClient().put(bytes(key), bytes(value), PutOption.DEFAULT));
    }

    void delete(String key, DeleteOption option) throws IOException {
        await(client -> client.getKVClient().delete(bytes(key), option));
    }

    /** Does all of them if the condition holds, else reads. */
    Answer transact(Cmp condition, List<Op> writes, Op.GetOp otherwise) throws IOException {
        var response =
                await(
                        client ->
                                client.getKVClient()
                                        .txn()
                                        .If(condition)
                                        .Then(writes.toArray(Op[]::new))
                                        .Else(otherwise)
                                        .commit());
        var read = response.getGetResponses();
        return new Answer(
                response.isSucceeded(),
                response.getHeader().getRevision(),
                response.isSucceeded()
                        ? Optional.empty()
                        : read.getFirst().getKvs().stream().findFirst());
    }

    /** The key is of that modification revision. */
    static Cmp unchanged(String key, long modRevision) {
        return new Cmp(bytes(key), Cmp.Op.EQUAL, CmpTarget.modRevision(modRevision));
    }

    /** Sees to it that a watch of the key is there. It is a hint: it may break, or say nothing. */
    @SuppressWarnings("ReferenceEquality") // Clients are told apart by who they are.
    synchronized void watch(String key, Runnable changed) {
        var old = watching;
        if (closed || (old != null && !old.ended && old.client == client)) {
            return;
        }
        endWatch();
        var fresh = new Watching(client);
        Runnable ended =
                () -> {
                    fresh.ended = true;
                    changed.run();
                };
        fresh.watcher =
                client.getWatchClient()
                        .watch(
                                bytes(key),
                                WatchOption.builder().withRequireLeader(true).build(),
                                Watch.listener(_ -> changed.run(), _ -> ended.run(), ended));
        watching = fresh;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            endWatch();
            client.close();
        }
    }

    @GuardedBy("this")
    private void endWatch() {
        if (watching != null && watching.watcher != null) {
            watching.watcher.close();
        }
        watching = null;
    }

    private synchronized Client client() throws IOException {
        if (closed) {
            throw new IOException("closed");
        }
        return client;
    }

    /** Replaces it, unless somebody has. */
    @SuppressWarnings("ReferenceEquality") // Clients are told apart by who they are.
    private synchronized void failed(Client used) {
        if (closed || used != client) {
            return;
        }
        endWatch();
        try {
            var next = settings.connect();
            client = next;
            used.close();
        } catch (IOException e) {
            // The files could be read at the start; the old client goes on trying meanwhile.
            LOG.warn("etcd's client cannot be made: {}", e.getMessage());
        }
    }

    private <T> T await(Function<Client, CompletableFuture<T>> request) throws IOException {
        var used = client();
        CompletableFuture<T> future;
        try {
            future = request.apply(used);
        } catch (IllegalStateException e) {
            // Closed at this moment, because another request failed.
            throw new IOException(e.getMessage(), e);
        }
        try {
            return future.get(REQUEST_MOST.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            future.cancel(true);
            failed(used);
            throw new IOException(
                    "etcd did not answer within " + REQUEST_MOST.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            failed(used);
            var cause = e.getCause() == null ? e : e.getCause();
            throw new IOException("etcd: " + cause.getMessage(), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    static ByteSequence bytes(ByteString value) {
        return ByteSequence.from(value);
    }
}

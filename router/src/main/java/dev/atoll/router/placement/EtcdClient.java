package dev.atoll.router.placement;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The few things we ask of etcd, each with a time limit of its own: jetcd's futures have been seen
 * never to complete. Thread-safe, but every method waits: never call it from etcd's threads.
 */
final class EtcdClient implements AutoCloseable {
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(2);
    private static final Duration KEEPALIVE = Duration.ofSeconds(5);

    /** A record of a shard takes about 100 bytes: far below, and far above a full cluster. */
    private static final int MESSAGE_BYTES_MAX = 64 << 20;

    private final EtcdAddress address;
    private volatile Client client;

    private EtcdClient(EtcdAddress address, Client client) {
        this.address = address;
        this.client = client;
    }

    /** Connects when it is first used. */
    static EtcdClient of(EtcdAddress address) throws IOException {
        return new EtcdClient(address, connect(address));
    }

    /**
     * Connects anew: what grew between the attempts of the old connection while etcd was away is
     * forgotten, and with it half a minute of waiting once it is back.
     */
    void connectAgain() throws IOException {
        var old = client;
        client = connect(address);
        old.close();
    }

    private static Client connect(EtcdAddress address) throws IOException {
        var urls = address.urls();
        var builder =
                Client.builder()
                        .endpoints(urls.stream().map(URI::create).toList())
                        .connectTimeout(ANSWER_WITHIN)
                        .keepaliveTime(KEEPALIVE)
                        .keepaliveTimeout(ANSWER_WITHIN)
                        .keepaliveWithoutCalls(true)
                        .waitForReady(false)
                        .retryMaxDuration(ANSWER_WITHIN)
                        .maxInboundMessageSize(MESSAGE_BYTES_MAX);
        if (urls.stream().anyMatch(url -> url.startsWith("https:"))) {
            builder.sslContext(
                    ssl -> {
                        if (address.authorities() != null) {
                            ssl.trustManager(address.authorities().toFile());
                        }
                        if (address.certificate() != null && address.key() != null) {
                            ssl.keyManager(address.certificate().toFile(), address.key().toFile());
                        }
                    });
        }
        return builder.build();
    }

    String urls() {
        return String.join(",", address.urls());
    }

    /** Everything of a range of keys at one revision. */
    record Reading(long revision, List<KeyValue> entries) {}

    /** The keys from the first, which is among them, to the last, which is not. */
    Reading read(String from, String to) throws IOException {
        var response =
                await(
                        client.getKVClient()
                                .get(
                                        bytes(from),
                                        GetOption.builder().withRange(bytes(to)).build()));
        return new Reading(response.getHeader().getRevision(), response.getKvs());
    }

    /** A key to be written if it is as it was read: of that mod-revision, 0 for absent. */
    record Write(String key, ByteString value, long modRevision) {}

    /** Writes all or none, while the guard key has that create-revision. Whether it wrote. */
    boolean write(List<Write> writes, String guard, long guardCreateRevision) throws IOException {
        var conditions = new ArrayList<Cmp>();
        var puts = new ArrayList<Op>();
        conditions.add(equal(guard, CmpTarget.createRevision(guardCreateRevision)));
        for (var write : writes) {
            conditions.add(equal(write.key(), CmpTarget.modRevision(write.modRevision())));
            puts.add(
                    Op.put(
                            bytes(write.key()),
                            ByteSequence.from(write.value()),
                            PutOption.DEFAULT));
        }
        var transaction =
                client.getKVClient()
                        .txn()
                        .If(conditions.toArray(Cmp[]::new))
                        .Then(puts.toArray(Op[]::new));
        return await(transaction.commit()).isSucceeded();
    }

    /** Creates the key under a lease; false if it is there. */
    boolean create(String key, String value, long lease) throws IOException {
        var transaction =
                client.getKVClient()
                        .txn()
                        .If(equal(key, CmpTarget.createRevision(0)))
                        .Then(
                                Op.put(
                                        bytes(key),
                                        bytes(value),
                                        PutOption.builder().withLeaseId(lease).build()));
        return await(transaction.commit()).isSucceeded();
    }

    long grantLease(Duration ttl) throws IOException {
        return await(client.getLeaseClient().grant(ttl.toSeconds())).getID();
    }

    /**
     * Renews once, not by jetcd's own stream, which has been seen to go silent. Whether it is
     * alive.
     */
    boolean renewLease(long lease) throws IOException {
        // A lease that is over answers with a TTL of 0 in some versions, with an error in others.
        try {
            return await(client.getLeaseClient().keepAliveOnce(lease)).getTTL() > 0;
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("lease not found")) {
                return false;
            }
            throw e;
        }
    }

    void revokeLease(long lease) throws IOException {
        await(client.getLeaseClient().revoke(lease));
    }

    /**
     * Calls {@code changed} on etcd's threads after a change of these keys, and {@code ended} when
     * it stops.
     */
    Watch.Watcher watch(String from, String to, Runnable changed, Runnable ended) {
        var options =
                WatchOption.builder()
                        .withRange(bytes(to))
                        .withRequireLeader(true)
                        .withCreateNotify(true)
                        .build();
        return client.getWatchClient()
                .watch(
                        bytes(from),
                        options,
                        new Watch.Listener() {
                            @Override
                            public void onNext(WatchResponse response) {
                                changed.run();
                            }

                            @Override
                            public void onError(Throwable error) {
                                ended.run();
                            }

                            @Override
                            public void onCompleted() {
                                ended.run();
                            }
                        });
    }

    @Override
    public void close() {
        client.close();
    }

    private <T> T await(CompletableFuture<T> future) throws IOException {
        try {
            return future.get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            future.cancel(true);
            throw new IOException("no answer within " + ANSWER_WITHIN.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            var cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(String.valueOf(cause.getMessage()), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("closed while waiting", e);
        }
    }

    private static Cmp equal(String key, CmpTarget<?> target) {
        return new Cmp(bytes(key), Cmp.Op.EQUAL, target);
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }
}

package dev.atoll.system.history;

import dev.atoll.proto.v1.InstanceKey;
import dev.atoll.system.harness.TestClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Many clients at work on a few instances, while the server is killed and started again, and what
 * they saw. One thread at a time (the test's).
 */
public final class Workload implements AutoCloseable {
    private static final int CLIENTS = 10;
    private static final int INSTANCES = 6;
    private static final Duration END_MAX = Duration.ofSeconds(90);

    private final TestClient client;
    private final Lives lives = new Lives();
    private final List<WatchedInstance> instances = new ArrayList<>();
    private final List<Future<?>> clients = new ArrayList<>();
    private final ExecutorService threads =
            Executors.newCachedThreadPool(
                    Thread.ofPlatform().daemon().name("history-client-", 0).factory());

    /** Makes instances in a namespace of their own, and sets the clients to work. */
    public Workload(String namespace, Random random, TestClient client) {
        this.client = client;
        for (int i = 0; i < INSTANCES; i++) {
            var key = InstanceKey.newBuilder().setNamespace(namespace).setId("i" + i).build();
            var instance = new WatchedInstance(key);
            instance.create(client);
            instances.add(instance);
        }
        var setting = new HistoryClient.Setting(client, instances, lives, new AtomicLong());
        for (int i = 0; i < CLIENTS; i++) {
            var one = new HistoryClient("client " + i, new Random(random.nextLong()), setting);
            clients.add(threads.submit(one));
        }
    }

    /** The server was started again, and clients need not be wary of it. */
    public void startedAgain() {
        client.channel().resetConnectBackoff();
        lives.next();
    }

    /** How many operations were noted. */
    public long size() {
        return instances.stream().mapToLong(one -> one.history().size()).sum();
    }

    /** Lets the clients end, reads all that there is once more, and says what is wrong. */
    public List<String> finish() throws Exception {
        lives.end();
        for (var one : clients) {
            one.get(END_MAX.toSeconds(), TimeUnit.SECONDS);
        }
        var problems = new ArrayList<String>();
        for (var instance : instances) {
            instance.readWhole(client);
            problems.addAll(instance.history().check());
            problems.addAll(instance.through(client).verify());
        }
        return problems;
    }

    /** Takes the instances away. */
    public void delete() {
        instances.forEach(instance -> instance.through(client).delete());
    }

    @Override
    public void close() {
        lives.end();
        threads.shutdownNow();
    }
}

package dev.atoll.system;

import static dev.atoll.system.harness.Tables.column;
import static dev.atoll.system.harness.Tables.count;
import static dev.atoll.system.harness.Tables.get;
import static dev.atoll.system.harness.Tables.insert;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import dev.atoll.proto.v1.ApplyConfigRequest;
import dev.atoll.proto.v1.MutateResponse;
import dev.atoll.system.harness.DevServer;
import dev.atoll.system.harness.Eventually;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.TestClient;
import dev.atoll.system.harness.TestCluster;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * kill -9 while instances are brought to a new schema, again and again: every migration has run
 * once, and wholly, and what was acknowledged is there.
 *
 * <p>{@code -Datoll.schema.rounds=N} makes it longer, {@code -Datoll.seed=N} repeats the moments.
 */
@ExtendWith(LogsOnFailure.class)
class SchemaCrashIT {
    private static final int ROUNDS = Integer.getInteger("atoll.schema.rounds", 6);
    private static final int INSTANCES = 24;
    private static final int CALLS = 6;
    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void everyMigrationRunsOnce() throws Exception {
        long seed = Long.getLong("atoll.seed", new SecureRandom().nextLong());
        System.out.println("SchemaCrashIT: -Datoll.seed=" + seed);
        var random = new Random(seed);
        var logged = new AtomicIntegerArray(INSTANCES);
        try (var server = new DevServer(TestCluster.newFolder("schema-crash")).start()) {
            try (var client = server.client()) {
                apply(client, 0);
                for (int i = 0; i < INSTANCES; i++) {
                    client.instance("ws", "i" + i)
                            .mutate(insert("t", "id", "1", "n", 0, "text", "x".repeat(2_000)));
                }
            }
            for (int round = 1; round <= ROUNDS; round++) {
                try (var client = server.client()) {
                    apply(client, round);
                    var acknowledged = new AtomicInteger();
                    var calls = call(client, logged, acknowledged);
                    int enough = random.nextInt(calls.size());
                    Eventually.await(
                            enough + " calls are acknowledged",
                            SOON,
                            () -> acknowledged.get() >= enough);
                    server.process().kill();
                }
                server.process().start().awaitReady();
                try (var client = server.client()) {
                    check(client, round, logged);
                }
            }
            server.deleteData();
        }
    }

    /** Each round's file has one migration more, and makes the table anew each second time. */
    private static void apply(TestClient client, int round) {
        var migrations =
                IntStream.rangeClosed(1, round)
                        .mapToObj(
                                i ->
                                        "{ name: m%d, sql: [UPDATE t SET n = n + 1, UPDATE t SET twice = n * 2] }"
                                                .formatted(i))
                        .collect(Collectors.joining(", "));
        var yaml =
                """
                databases:
                  ws:
                    dynamic: true
                    tables:
                      t: { fields: { n: { type: integer, required: true%s }, twice: { type: integer }, text: { type: text } } }
                      log: { fields: { of: { type: text, references: t.id, required: true } } }
                """
                        .formatted(round % 2 == 0 ? ", index: true" : ", default: 0");
        var _ =
                client.config()
                        .applyConfig(
                                ApplyConfigRequest.newBuilder()
                                        .setYaml(
                                                migrations.isEmpty()
                                                        ? yaml
                                                        : yaml
                                                                + "    migrations: [ "
                                                                + migrations
                                                                + " ]\n")
                                        .build());
    }

    private static List<ListenableFuture<MutateResponse>> call(
            TestClient client, AtomicIntegerArray logged, AtomicInteger acknowledged) {
        var calls = new ArrayList<ListenableFuture<MutateResponse>>();
        for (int j = 0; j < CALLS; j++) {
            for (int i = 0; i < INSTANCES; i++) {
                int number = i;
                var call =
                        client.databaseAsync()
                                .mutate(
                                        client.instance("ws", "i" + i)
                                                .mutateRequest(insert("log", "of", "1")));
                calls.add(call);
                call.addListener(
                        () -> {
                            if (isGood(call)) {
                                logged.incrementAndGet(number);
                                acknowledged.incrementAndGet();
                            }
                        },
                        MoreExecutors.directExecutor());
            }
        }
        return calls;
    }

    private static boolean isGood(ListenableFuture<MutateResponse> call) {
        try {
            return Futures.getDone(call).getResultsCount() == 1;
        } catch (ExecutionException e) {
            // It was under way when the process was killed.
            return false;
        }
    }

    private static void check(TestClient client, int round, AtomicIntegerArray logged) {
        for (int i = 0; i < INSTANCES; i++) {
            var instance = client.instance("ws", "i" + i);
            var row = instance.read(get("t", "1", "n", "twice"));
            assertThat(column(row, "n")).as("i" + i).containsExactly((long) round);
            assertThat(column(row, "twice")).as("i" + i).containsExactly(2L * round);
            long found = instance.read(count("log", "row.of == '1'")).getCount();
            assertThat(found).as("i" + i).isGreaterThanOrEqualTo(logged.get(i));
            logged.set(i, (int) found);
            assertThat(instance.verify()).isEmpty();
        }
    }
}

package dev.atoll.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.atoll.proto.v1.Alarm;
import dev.atoll.proto.v1.ClearAlarm;
import dev.atoll.proto.v1.ListAlarmsRequest;
import dev.atoll.proto.v1.SetAlarm;
import dev.atoll.proto.v1.SetAlarmRequest;
import dev.atoll.proto.v1.WatchAlarmsRequest;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.system.harness.DevServer;
import dev.atoll.system.harness.Eventually;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.Refusal;
import dev.atoll.system.harness.Sql;
import dev.atoll.system.harness.TestClient;
import dev.atoll.system.harness.TestCluster;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.Reason;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Alarms through a router: what was acknowledged runs, over kill -9 and sleep. */
@ExtendWith(LogsOnFailure.class)
class AlarmsIT {
    private static final int ROUNDS = 5;
    private static final int INSTANCES = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration AHEAD_MAX = Duration.ofMillis(1_500);

    @Test
    void eachAcknowledgedAlarmRunsOnceThoughTheServerIsKilledAgainAndAgain() throws Exception {
        long seed = Long.getLong("atoll.seed", new SecureRandom().nextLong());
        System.out.println("AlarmsIT: -Datoll.seed=" + seed);
        var random = new Random(seed);
        var acknowledged = new TreeMap<String, TreeSet<Long>>();
        try (var server = new DevServer(TestCluster.newFolder("alarms"))) {
            // Small, so that most instances sleep when their time comes, and the journal is
            // trimmed.
            server.process()
                    .with("journal-segment-bytes", "256KiB")
                    .with("journal-bytes-max", "2MiB")
                    .with("open-instances-max", "4");
            server.start();
            long number = 0;
            for (int round = 0; round < ROUNDS; round++) {
                try (var client = server.client()) {
                    for (int i = 0; i < INSTANCES; i++) {
                        var id = "i" + i;
                        number++;
                        setInAMutate(client.instance("alarms", id), number, random);
                        acknowledged.computeIfAbsent(id, _ -> new TreeSet<>()).add(number);
                    }
                    // The moment is what varies: there is no condition to wait for.
                    LockSupport.parkNanos(random.nextLong(AHEAD_MAX.toNanos()));
                }
                server.process().kill();
                server.start();
            }
            try (var client = server.client()) {
                acknowledged.forEach(
                        (id, numbers) -> {
                            var instance = client.instance("alarms", id);
                            Eventually.await(
                                    "alarms of " + id + " have run",
                                    PATIENCE,
                                    () -> oncePlaced(() -> list(instance)).isEmpty());
                            assertThat(
                                            oncePlaced(
                                                    () ->
                                                            instance.rows(
                                                                    "SELECT n FROM ran ORDER BY n")))
                                    .as("seed " + seed)
                                    .isEqualTo(
                                            numbers.stream()
                                                    .map(n -> List.of((Object) n))
                                                    .toList());
                        });
            }
            server.deleteData();
        }
    }

    /** Those that are due may hold all places for a moment; such a call was not executed. */
    private static <T> T oncePlaced(Supplier<T> call) {
        return Eventually.awaitValue(
                "a place among the open instances",
                PATIENCE,
                () -> {
                    try {
                        return Optional.of(call.get());
                    } catch (StatusRuntimeException e) {
                        var failure = FailureStatus.find(e.getStatus(), e.getTrailers());
                        if (failure.isPresent() && failure.get().reason() == Reason.OVERLOADED) {
                            return Optional.empty();
                        }
                        throw e;
                    }
                });
    }

    private static void setInAMutate(InstanceHandle instance, long number, Random random) {
        var due = Instant.now().plusNanos(random.nextLong(AHEAD_MAX.toNanos()));
        var _ =
                oncePlaced(
                        () ->
                                instance.mutate(
                                        Sql.write("CREATE TABLE IF NOT EXISTS ran(n)"),
                                        WriteOperation.newBuilder()
                                                .setSetAlarm(
                                                        SetAlarm.newBuilder()
                                                                .setName("a" + number)
                                                                .setTime(timestamp(due))
                                                                .addOperations(
                                                                        Sql.write(
                                                                                "INSERT INTO ran VALUES (?)",
                                                                                number)))
                                                .build()));
    }

    @Test
    void aServiceTakesTheAlarmsOfAllNodesAndClearsThem() {
        try (var cluster = new TestCluster("watch").start(2, 1);
                var client = cluster.client(0)) {
            var names = new TreeSet<String>();
            var nodes = new TreeSet<String>();
            for (int i = 0; i < INSTANCES; i++) {
                var instance = client.instance("watched", "i" + i);
                instance.having("CREATE TABLE taken(name)");
                nodes.add(instance.describe().getNode());
                var _ = set(instance, "a" + i);
                names.add("a" + i);
            }
            assertThat(nodes).hasSize(2);
            var outsider = cluster.client(0, cluster.issuer().service("other", "watched:*=read"));
            assertThat(Refusal.of(() -> watch(outsider, "watched").hasNext()))
                    .satisfies(
                            refusal -> refusal.is(Status.Code.PERMISSION_DENIED, "SCOPE_DENIED"));
            var taken = new ArrayList<String>();
            var alarms = watch(client, "watched");
            while (taken.size() < INSTANCES) {
                var alarm = alarms.next();
                taken.add(alarm.getName());
                take(client, alarm);
            }
            assertThat(taken).containsExactlyInAnyOrderElementsOf(names);
            for (int i = 0; i < INSTANCES; i++) {
                assertThat(list(client.instance("watched", "i" + i))).isEmpty();
            }
            outsider.close();
        }
    }

    /** The work and the clearing are one transaction. */
    private static void take(TestClient client, Alarm alarm) {
        var clear = ClearAlarm.newBuilder().setName(alarm.getName());
        var _ =
                client.instance("watched", alarm.getInstance().getId())
                        .mutate(
                                Sql.write("INSERT INTO taken VALUES (?)", alarm.getName()),
                                Sql.expecting(
                                        1,
                                        WriteOperation.newBuilder().setClearAlarm(clear).build()));
    }

    private static Iterator<Alarm> watch(TestClient client, String namespace) {
        return client.instances()
                .watchAlarms(WatchAlarmsRequest.newBuilder().setNamespace(namespace).build());
    }

    private static Alarm set(InstanceHandle instance, String name) {
        return instance.client()
                .instances()
                .setAlarm(
                        SetAlarmRequest.newBuilder()
                                .setInstance(instance.key())
                                .setName(name)
                                .setTime(timestamp(Instant.now()))
                                .build());
    }

    private static List<Alarm> list(InstanceHandle instance) {
        return instance.client()
                .instances()
                .listAlarms(ListAlarmsRequest.newBuilder().setInstance(instance.key()).build())
                .getAlarmsList();
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }
}

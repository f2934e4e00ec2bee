package dev.atoll.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.atoll.client.AlarmInfo;
import dev.atoll.client.AlarmStream;
import dev.atoll.client.Atoll;
import dev.atoll.client.AtollException;
import dev.atoll.system.harness.Eventually;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.TablesCluster;
import dev.atoll.wire.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** Alarms by the Java client, through a router. */
@ExtendWith(LogsOnFailure.class)
@TestInstance(Lifecycle.PER_CLASS)
class JavaClientAlarmsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int LARGE = 1_200;

    private final Atoll service =
            TablesCluster.javaClient(
                    TablesCluster.get().issuer().service("tester", "*=read,write"));
    private final Atoll alice =
            TablesCluster.javaClient(TablesCluster.get().issuer().user("alice"));

    @AfterAll
    void close() {
        service.close();
        alice.close();
    }

    private static Instant later() {
        return Instant.now().plus(Duration.ofDays(1));
    }

    @Test
    void runsOperationsOfAnyKindWhenTheTimeHasCome() {
        var instance = service.db("ws", TablesCluster.freshId());
        instance.setAlarm(
                "now",
                Instant.now(),
                tx -> {
                    tx.table("docs").insert(Map.of("title", "by alarm", "ownerId", "alice"));
                    tx.execute("UPDATE docs SET n = ?", 7);
                });
        Eventually.await(
                "the alarm has run", PATIENCE, () -> !instance.alarms().iterator().hasNext());
        assertThat(instance.table("docs").where("row.title == 'by alarm'").first())
                .hasValueSatisfying(row -> assertThat(row.integer("n")).isEqualTo(7));
    }

    @Test
    void listsAllOfThemByTimeAndClearsThem() {
        var instance = service.db("ws", TablesCluster.freshId());
        var time = later();
        var set = instance.setAlarm("first", time, tx -> tx.execute("DELETE FROM docs"));
        assertThat(set.instance()).isEqualTo(instance.key());
        assertThat(set.operations()).isEqualTo(1);
        assertThat(set.attempts()).isZero();
        assertThat(set.lastError()).isEmpty();
        instance.mutate(
                tx -> {
                    for (int i = 0; i < LARGE; i++) {
                        tx.setAlarm("a" + i, time.plusSeconds(1 + i));
                    }
                    tx.clearAlarm("a7").expectChanges(1);
                    tx.clearAlarm("no such").expectChanges(0);
                });
        var names = instance.alarms().stream().map(AlarmInfo::name).toList();
        assertThat(names).hasSize(LARGE).startsWith("first", "a0").doesNotContain("a7");
        var page = instance.alarms().page(2, "");
        assertThat(page.alarms()).extracting(AlarmInfo::name).containsExactly("first", "a0");
        assertThat(instance.alarms().page(1, page.nextPageToken()).alarms())
                .extracting(AlarmInfo::name)
                .containsExactly("a1");
        assertThat(instance.clearAlarm("first")).isTrue();
        assertThat(instance.clearAlarm("first")).isFalse();
    }

    @Test
    void anAlarmOfAMutationThatFailsIsNotSet() {
        var instance = service.db("ws", TablesCluster.freshId());
        instance.create();
        assertThatExceptionOfType(AtollException.class)
                .isThrownBy(
                        () ->
                                instance.mutate(
                                        tx -> {
                                            tx.setAlarm("never", later());
                                            tx.execute("DELETE FROM docs").expectChanges(1);
                                        }))
                .matches(e -> e.reason() == Reason.EXPECTATION_FAILED);
        assertThat(instance.alarms()).isEmpty();
    }

    @Test
    void watchersTakeWhatIsDueEachOnce() {
        var names = new TreeSet<String>();
        try (var first = service.watchAlarms("ws");
                var second = service.watchAlarms("ws")) {
            for (int i = 0; i < 10; i++) {
                var instance = service.db("ws", TablesCluster.freshId());
                names.add(instance.setAlarm("w" + i, Instant.now()).name());
                instance.setAlarm("later", later());
            }
            var taken = new TreeSet<String>();
            while (taken.size() < names.size()) {
                take(first, taken);
                take(second, taken);
            }
            assertThat(taken).isEqualTo(names);
        }
    }

    private void take(AlarmStream alarms, Set<String> taken) {
        alarms.poll(Duration.ofMillis(100))
                .ifPresent(
                        alarm -> {
                            assertThat(taken.add(alarm.name())).as(alarm.name()).isTrue();
                            service.instance(alarm.instance().toString())
                                    .mutate(tx -> tx.clearAlarm(alarm.name()).expectChanges(1));
                        });
    }

    @Test
    void whoeverMayNotWatchIsToldSo() {
        try (var alarms = alice.watchAlarms("ws")) {
            assertThatExceptionOfType(AtollException.class)
                    .isThrownBy(alarms::take)
                    .matches(e -> e.reason() == Reason.RULE_DENIED);
        }
    }

    @Test
    void aWatcherThatIsClosedWakesWhoWaits() throws Exception {
        var alarms = service.watchAlarms("nobody-sets-one-here");
        var taken = CompletableFuture.supplyAsync(alarms::take);
        alarms.close();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> taken.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .withCauseInstanceOf(IllegalStateException.class);
        assertThatIllegalStateException().isThrownBy(() -> alarms.poll(Duration.ZERO));
    }

    @Test
    void refusesWhatAnAlarmCannotBe() {
        var instance = service.db("ws", TablesCluster.freshId());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> instance.setAlarm("empty", later(), tx -> {}));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                instance.setAlarm(
                                        "id",
                                        later(),
                                        tx -> {
                                            tx.requestId(
                                                    UUID.fromString(
                                                            "01890a5d-ac96-774b-bcce-b302099a8057"));
                                            tx.execute("SELECT 1");
                                        }));
        assertThatExceptionOfType(AtollException.class)
                .isThrownBy(() -> instance.setAlarm("", later()))
                .matches(e -> e.reason() == Reason.VALIDATION_FAILED);
    }
}

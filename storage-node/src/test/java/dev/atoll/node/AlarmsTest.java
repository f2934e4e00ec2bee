package dev.atoll.node;

import static dev.atoll.node.TestNode.copy;
import static dev.atoll.node.TestNode.eventually;
import static dev.atoll.node.TestNode.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.atoll.proto.v1.Alarm;
import dev.atoll.proto.v1.ClearAlarm;
import dev.atoll.proto.v1.ClearAlarmRequest;
import dev.atoll.proto.v1.DescribeInstanceRequest;
import dev.atoll.proto.v1.InstanceState;
import dev.atoll.proto.v1.ListAlarmsRequest;
import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.SetAlarm;
import dev.atoll.proto.v1.SetAlarmRequest;
import dev.atoll.proto.v1.SqlStatement;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.wire.Caller;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Alarms of a node, by a clock that the test sets. A kill is a copy of the data folder. */
class AlarmsTest extends ClockedTest {
    private static final String KEY = "user:alice";
    private static final String COUNT = "SELECT count(*) FROM t";
    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void runsOnceItsTimeHasComeAndIsGoneThen() throws IOException {
        try (var node = start(data)) {
            node.mutate(KEY, "CREATE TABLE t(a)");
            var set = set(node, "one", HOUR, sql("INSERT INTO t VALUES (1)"));
            assertThat(set.getAttempts()).isZero();
            assertThat(set.getNextAttempt()).isEqualTo(set.getTime());
            assertThat(list(node)).containsExactly(set);

            clock.pass(HOUR.minusSeconds(1));
            // Another one runs, which shows that the node has looked.
            set(node, "early", Duration.ZERO, sql("INSERT INTO t VALUES (2)"));
            eventually(() -> node.integer(KEY, COUNT) == 1);
            assertThat(list(node)).containsExactly(set);

            clock.pass(Duration.ofSeconds(1));
            eventually(() -> list(node).isEmpty());
            assertThat(node.integer(KEY, COUNT)).isEqualTo(2);
        }
    }

    @Test
    void runsInAnInstanceThatSleeps() throws IOException {
        try (var node = start(data)) {
            node.mutate(KEY, "CREATE TABLE t(a)");
            set(node, "one", HOUR, sql("INSERT INTO t VALUES (1)"));
            node.mutate("user:bob", "CREATE TABLE t(a)");
            assertThat(state(node)).isEqualTo(InstanceState.INSTANCE_STATE_SLEEPING);

            clock.pass(HOUR);
            eventually(() -> state(node) == InstanceState.INSTANCE_STATE_OPEN);
            eventually(() -> node.integer(KEY, COUNT) == 1);
        }
    }

    @Test
    void survivesAKillWithTheCatalogueAndWithoutIt() throws IOException {
        var crashed = copies.resolve("crashed");
        var rebuilt = copies.resolve("rebuilt");
        var folded = copies.resolve("folded");
        try (var node = start(data)) {
            node.mutate(KEY, "CREATE TABLE t(a)");
            set(node, "one", HOUR, sql("INSERT INTO t VALUES (1)"));
            copy(data, crashed);
            copy(data, rebuilt);
            node.mutate("user:bob", "CREATE TABLE t(a)");
            assertThat(state(node)).isEqualTo(InstanceState.INSTANCE_STATE_SLEEPING);
            copy(data, folded);
        }
        for (var folder : List.of(rebuilt, folded)) {
            Files.delete(folder.resolve("catalog.sqlite"));
        }
        clock.pass(HOUR);
        for (var folder : List.of(crashed, rebuilt, folded, data)) {
            try (var node = start(folder)) {
                eventually(() -> node.integer(KEY, COUNT) == 1);
                assertThat(list(node)).isEmpty();
            }
            // Once more: it is done.
            try (var node = start(folder)) {
                set(node, "end", Duration.ZERO, sql("INSERT INTO t VALUES (2)"));
                eventually(() -> list(node).isEmpty());
                assertThat(node.integer(KEY, COUNT)).isEqualTo(2);
            }
        }
    }

    @Test
    void isTriedAgainWithTimeInBetween() throws IOException {
        try (var node = start(data)) {
            set(node, "one", Duration.ZERO, sql("INSERT INTO t VALUES (1)"));
            eventually(() -> attempts(node) == 1);
            var failed = list(node).getFirst();
            assertThat(failed.getLastError()).contains("SQL_ERROR", "no such table: t");
            assertThat(between(failed)).isEqualTo(Duration.ofSeconds(1));
            assertThat(metric(node, "atoll.node.alarms.failed")).isEqualTo(1);

            clock.pass(Duration.ofSeconds(1));
            eventually(() -> attempts(node) == 2);
            assertThat(between(list(node).getFirst())).isEqualTo(Duration.ofSeconds(2));

            // It is on the disk, not in memory, once the visit has ended.
            node.mutate("user:bob", "CREATE TABLE t(a)");
            node.mutate(KEY, "CREATE TABLE t(a)");
            clock.pass(Duration.ofSeconds(2));
            eventually(() -> list(node).isEmpty());
            assertThat(node.integer(KEY, COUNT)).isEqualTo(1);
            // It is counted once its commit is done, which the list shows before.
            eventually(() -> metric(node, "atoll.node.alarms.run") == 1);
        }
    }

    @Test
    void oneThatFailsDoesNotHoldUpOthers() throws IOException {
        try (var node = start(data)) {
            node.mutate(KEY, "CREATE TABLE t(a)");
            set(node, "bad", Duration.ofMinutes(-1), sql("INSERT INTO nowhere VALUES (1)"));
            set(node, "good", Duration.ZERO, sql("INSERT INTO t VALUES (1)"));
            eventually(() -> node.integer(KEY, COUNT) == 1);
            assertThat(list(node)).extracting(Alarm::getName).containsExactly("bad");
        }
    }

    @Test
    void isSetAndClearedInTheTransactionOfAMutate() throws IOException {
        try (var node = start(data)) {
            node.mutate(KEY, "CREATE TABLE t(a UNIQUE)", "INSERT INTO t VALUES (1)");
            var setOne = setting("one", HOUR, sql("INSERT INTO t VALUES (2)"));
            assertThat(
                            failure(() -> mutate(node, setOne, sql("INSERT INTO t VALUES (1)")))
                                    .reason())
                    .isEqualTo(Reason.UNIQUE_VIOLATION);
            assertThat(list(node)).isEmpty();

            mutate(node, setOne);
            var clearOne =
                    WriteOperation.newBuilder()
                            .setClearAlarm(ClearAlarm.newBuilder().setName("one"))
                            .setExpectChanges(1)
                            .build();
            assertThat(
                            failure(() -> mutate(node, clearOne, sql("INSERT INTO t VALUES (1)")))
                                    .reason())
                    .isEqualTo(Reason.UNIQUE_VIOLATION);
            assertThat(list(node)).extracting(Alarm::getName).containsExactly("one");
            mutate(node, clearOne);
            assertThat(list(node)).isEmpty();
            assertThat(failure(() -> mutate(node, clearOne)).reason())
                    .isEqualTo(Reason.EXPECTATION_FAILED);

            clock.pass(HOUR);
            set(node, "end", Duration.ZERO, sql("INSERT INTO t VALUES (3)"));
            eventually(() -> list(node).isEmpty());
            assertThat(node.integer(KEY, "SELECT sum(a) FROM t")).isEqualTo(4);
        }
    }

    @Test
    void mayItselfSetAnew() throws IOException {
        try (var node = start(data)) {
            node.mutate(KEY, "CREATE TABLE t(a)");
            var again = setting("one", HOUR, sql("INSERT INTO t VALUES (2)"));
            set(node, "one", Duration.ZERO, sql("INSERT INTO t VALUES (1)"), again);
            eventually(() -> node.integer(KEY, COUNT) == 1);
            assertThat(list(node)).extracting(Alarm::getName).containsExactly("one");
            clock.pass(HOUR);
            eventually(() -> list(node).isEmpty());
            assertThat(node.integer(KEY, "SELECT sum(a) FROM t")).isEqualTo(3);
        }
    }

    @Test
    void oneOfTheSameNameReplacesItAndClearingIsIdempotent() throws IOException {
        try (var node = start(data)) {
            node.mutate(KEY, "CREATE TABLE t(a)");
            set(node, "one", HOUR, sql("INSERT INTO t VALUES (1)"));
            set(node, "one", HOUR.multipliedBy(2), sql("INSERT INTO t VALUES (2)"));
            assertThat(list(node)).hasSize(1);
            clock.pass(HOUR);
            set(node, "two", Duration.ZERO, sql("INSERT INTO t VALUES (3)"));
            eventually(() -> node.integer(KEY, COUNT) == 1);
            assertThat(clear(node, "one")).isTrue();
            assertThat(clear(node, "one")).isFalse();
            assertThat(clear(node, "never")).isFalse();
        }
    }

    @Test
    void areListedInPages() throws IOException {
        try (var node = start(data)) {
            for (int i = 0; i < 5; i++) {
                set(node, "a" + i, HOUR, sql("SELECT 1"));
            }
            set(node, "first", HOUR.minusSeconds(1), sql("SELECT 1"));
            var names = new ArrayList<String>();
            var token = "";
            do {
                var page = node.instances(KEY).listAlarms(listing(2, token));
                page.getAlarmsList().forEach(alarm -> names.add(alarm.getName()));
                token = page.getNextPageToken();
            } while (!token.isEmpty());
            assertThat(names).containsExactly("first", "a0", "a1", "a2", "a3", "a4");
            assertThat(failure(() -> node.instances(KEY).listAlarms(listing(2, "x!"))).reason())
                    .isEqualTo(Reason.PAGE_TOKEN_INVALID);
            assertThat(failure(() -> node.instances(KEY).listAlarms(listing(-1, ""))).reason())
                    .isEqualTo(Reason.VALIDATION_FAILED);
        }
    }

    @Test
    void wrongOnesAreRefused() throws IOException {
        try (var node = start(data)) {
            for (var name : List.of("", "x".repeat(257))) {
                assertThat(failure(() -> set(node, name, HOUR)).reason())
                        .isEqualTo(Reason.VALIDATION_FAILED);
            }
            var timeless = request("one", HOUR).clearTime().build();
            assertThat(failure(() -> node.instances(KEY).setAlarm(timeless)).reason())
                    .isEqualTo(Reason.VALIDATION_FAILED);
            assertThat(failure(() -> set(node, "one", HOUR, sql("x".repeat(1 << 20)))).reason())
                    .isEqualTo(Reason.LIMIT_EXCEEDED);
            var nested = setting("one", HOUR, setting("", HOUR));
            assertThat(failure(() -> mutate(node, nested)).reason())
                    .isEqualTo(Reason.VALIDATION_FAILED);
            assertThat(failure(() -> list(node)).reason()).isEqualTo(Reason.INSTANCE_NOT_FOUND);
            assertThat(failure(() -> clear(node, "one")).reason())
                    .isEqualTo(Reason.INSTANCE_NOT_FOUND);
        }
    }

    @Test
    void areForServicesAlone() throws IOException {
        try (var node = start(data)) {
            node.apply(
                    "databases: { user: { dynamic: true, access: { create: true, access: true } }"
                            + " }");
            var user = new Caller(Caller.Kind.USER, "test", "alice", "{}");
            var stub = TestNode.as(user, KEY, node.bareInstances());
            assertThat(failure(() -> stub.setAlarm(request("one", HOUR).build())).reason())
                    .isEqualTo(Reason.RULE_DENIED);
            assertThat(failure(() -> stub.listAlarms(listing(0, ""))).reason())
                    .isEqualTo(Reason.RULE_DENIED);
            assertThat(failure(() -> stub.clearAlarm(clearing("one"))).reason())
                    .isEqualTo(Reason.RULE_DENIED);
            var database = TestNode.as(user, KEY, node.bareDatabase());
            assertThat(failure(() -> database.mutate(mutation(setting("one", HOUR)))).reason())
                    .isEqualTo(Reason.RULE_DENIED);
        }
    }

    /** Declared no more and then again: nothing else makes a node put off what it could run. */
    @Test
    void aNewOneRunsThoughOneBeforeItWasPutOff() throws IOException {
        try (var node = start(data)) {
            node.mutate(KEY, "CREATE TABLE t(a)");
            set(node, "one", HOUR, sql("INSERT INTO t VALUES (1)"));
            node.apply("databases: { other: { dynamic: true, sql: true } }");
            clock.pass(HOUR);
            eventually(() -> metric(node, "atoll.node.due.postponed") > 0);
            node.apply(
                    "databases: { other: { dynamic: true, sql: true },"
                            + " user: { dynamic: true, sql: true } }");
            // The clock stands still: what was put off does not come by itself.
            set(node, "two", Duration.ZERO, sql("INSERT INTO t VALUES (2)"));
            eventually(() -> node.integer(KEY, COUNT) == 2);
            assertThat(list(node)).isEmpty();
        }
    }

    @Test
    void endWithTheirInstance() throws IOException {
        try (var node = start(data)) {
            set(node, "one", HOUR, sql("CREATE TABLE t(a)"));
            node.delete(KEY);
            clock.pass(HOUR);
            node.mutate("user:bob", "CREATE TABLE t(a)");
            set(node, "user:bob", "one", Duration.ZERO, sql("INSERT INTO t VALUES (1)"));
            eventually(() -> node.integer("user:bob", COUNT) == 1);
            assertThat(failure(() -> node.query(KEY, "SELECT 1")).reason())
                    .isEqualTo(Reason.INSTANCE_NOT_FOUND);
        }
    }

    /** An older copy, as an operator puts it back. */
    @Test
    void whatIsServedAgainIsDueAsItSaysItself() throws IOException {
        var older = copies.resolve("older");
        try (var node = start(data)) {
            node.mutate(KEY, "CREATE TABLE t(a)");
            set(node, "one", HOUR, sql("INSERT INTO t VALUES (1)"));
        }
        copy(data, older);
        clock.pass(HOUR);
        try (var node = start(data)) {
            eventually(() -> list(node).isEmpty());
        }
        try (var files = Files.walk(older.resolve("instances"))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var to = data.resolve(older.relativize(file).toString());
                Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
                if (to.toString().endsWith(".sqlite")) {
                    Files.createFile(to.resolveSibling(to.getFileName() + ".restored"));
                }
            }
        }
        try (var node = start(data)) {
            assertThat(failure(() -> list(node)).reason()).isEqualTo(Reason.INSTANCE_QUARANTINED);
            assertThat(node.problems(KEY)).isEmpty();
            eventually(() -> list(node).isEmpty());
            assertThat(node.integer(KEY, COUNT)).isEqualTo(1);
        }
    }

    private Alarm set(TestNode node, String name, Duration in, WriteOperation... operations) {
        return set(node, KEY, name, in, operations);
    }

    private Alarm set(
            TestNode node, String key, String name, Duration in, WriteOperation... operations) {
        var request =
                request(name, in, operations).setInstance(InstanceKey.parse(key).toProto()).build();
        return node.oncePlaced(() -> node.instances(key).setAlarm(request));
    }

    private SetAlarmRequest.Builder request(
            String name, Duration in, WriteOperation... operations) {
        return SetAlarmRequest.newBuilder()
                .setInstance(InstanceKey.parse(KEY).toProto())
                .setName(name)
                .setTime(timestamp(clock.instant().plus(in)))
                .addAllOperations(List.of(operations));
    }

    private WriteOperation setting(String name, Duration in, WriteOperation... operations) {
        return WriteOperation.newBuilder()
                .setSetAlarm(
                        SetAlarm.newBuilder()
                                .setName(name)
                                .setTime(timestamp(clock.instant().plus(in)))
                                .addAllOperations(List.of(operations)))
                .build();
    }

    private static WriteOperation sql(String sql) {
        return WriteOperation.newBuilder().setSql(SqlStatement.newBuilder().setSql(sql)).build();
    }

    private static MutateRequest mutation(WriteOperation... operations) {
        return MutateRequest.newBuilder()
                .setInstance(InstanceKey.parse(KEY).toProto())
                .addAllOperations(List.of(operations))
                .build();
    }

    private static void mutate(TestNode node, WriteOperation... operations) {
        var _ = node.database(KEY).mutate(mutation(operations));
    }

    private static List<Alarm> list(TestNode node) {
        return node.oncePlaced(() -> node.instances(KEY).listAlarms(listing(0, "")))
                .getAlarmsList();
    }

    private static ListAlarmsRequest listing(int size, String token) {
        return ListAlarmsRequest.newBuilder()
                .setInstance(InstanceKey.parse(KEY).toProto())
                .setPageSize(size)
                .setPageToken(token)
                .build();
    }

    private static boolean clear(TestNode node, String name) {
        return node.instances(KEY).clearAlarm(clearing(name)).getCleared();
    }

    private static ClearAlarmRequest clearing(String name) {
        return ClearAlarmRequest.newBuilder()
                .setInstance(InstanceKey.parse(KEY).toProto())
                .setName(name)
                .build();
    }

    private static int attempts(TestNode node) {
        return list(node).getFirst().getAttempts();
    }

    /** From now to the next attempt. */
    private Duration between(Alarm alarm) {
        var next = alarm.getNextAttempt();
        var micros = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return Duration.between(micros, Instant.ofEpochSecond(next.getSeconds(), next.getNanos()));
    }

    private static double metric(TestNode node, String name) {
        return node.registry().get(name).counter().count();
    }

    private static InstanceState state(TestNode node) {
        return node.instances(KEY)
                .describeInstance(
                        DescribeInstanceRequest.newBuilder()
                                .setInstance(InstanceKey.parse(KEY).toProto())
                                .build())
                .getState();
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }
}

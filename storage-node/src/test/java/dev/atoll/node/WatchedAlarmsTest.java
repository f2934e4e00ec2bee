package dev.atoll.node;

import static dev.atoll.node.TestNode.copy;
import static dev.atoll.node.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.atoll.proto.v1.Alarm;
import dev.atoll.proto.v1.ClearAlarmRequest;
import dev.atoll.proto.v1.InstanceServiceGrpc;
import dev.atoll.proto.v1.SetAlarmRequest;
import dev.atoll.proto.v1.SqlStatement;
import dev.atoll.proto.v1.WatchAlarmsRequest;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.wire.Caller;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Alarms that a service takes, by a clock that the test sets. */
class WatchedAlarmsTest extends ClockedTest {
    @Test
    void comeOnceTheyAreDueAndAgainUntilTheyAreCleared() throws IOException {
        try (var node = start(data);
                var watch = new Watch(node, "user")) {
            set(node, "user:alice", "one", MINUTE);
            set(node, "team:red", "other", Duration.ZERO);
            clock.pass(MINUTE);
            eventually(() -> watch.alarms.size() == 1);
            var alarm = watch.alarms.getFirst();
            assertThat(alarm.getInstance().getId()).isEqualTo("alice");
            assertThat(alarm.getName()).isEqualTo("one");
            assertThat(alarm.getAttempts()).isEqualTo(1);

            clock.pass(MINUTE);
            eventually(() -> watch.alarms.size() == 2);
            assertThat(watch.alarms.getLast().getAttempts()).isEqualTo(2);
            clear(node, "user:alice", "one");
            clock.pass(MINUTE);
            set(node, "user:bob", "end", Duration.ZERO);
            eventually(() -> watch.alarms.size() == 3);
            assertThat(watch.alarms.getLast().getName()).isEqualTo("end");
        }
    }

    @Test
    void waitForSomebodyWhoWatchesOverRestartsToo() throws IOException {
        var crashed = copies.resolve("crashed");
        var rebuilt = copies.resolve("rebuilt");
        try (var node = start(data)) {
            set(node, "user:alice", "one", MINUTE);
            clock.pass(MINUTE);
            // Of the node's own, to see that it has looked, and that the one does not hide the
            // other.
            set(node, "user:alice", "own", Duration.ZERO, "CREATE TABLE t(a)");
            eventually(() -> tables(node, "user:alice") == 1);
            clock.pass(MINUTE);
            set(node, "user:alice", "later", MINUTE, "CREATE TABLE u(a)");
            clock.pass(MINUTE);
            eventually(() -> tables(node, "user:alice") == 2);
            try (var watch = new Watch(node, "user")) {
                eventually(() -> watch.alarms.size() == 1);
                assertThat(watch.alarms.getFirst().getAttempts()).isEqualTo(1);
                copy(data, crashed);
                copy(data, rebuilt);
            }
        }
        Files.delete(rebuilt.resolve("catalog.sqlite"));
        clock.pass(MINUTE);
        for (var folder : List.of(crashed, rebuilt)) {
            try (var node = start(folder);
                    var watch = new Watch(node, "user")) {
                eventually(() -> watch.alarms.size() == 1);
                assertThat(watch.alarms.getFirst().getAttempts()).isEqualTo(2);
            }
        }
    }

    /** Else all but the first would come a minute later, and of those all but the first again. */
    @Test
    void thoseThatAreDueTogetherComeTogetherToOneWhoReadsSlowly() throws IOException {
        try (var node = start(data)) {
            for (int i = 0; i < 20; i++) {
                set(node, "user:alice", "alarm " + i, MINUTE);
            }
            var watch = new SlowWatch(node, "user");
            clock.pass(MINUTE);
            eventually(() -> watch.alarms.size() == 1);

            watch.call.request(100);
            eventually(() -> watch.alarms.size() == 20);
            assertThat(watch.alarms).extracting(Alarm::getName).doesNotHaveDuplicates();
            assertThat(watch.alarms).extracting(Alarm::getAttempts).containsOnly(1);
            watch.call.cancel("over", null);
        }
    }

    @Test
    void areForServicesAloneAndEndWithTheNode() throws IOException {
        try (var node = start(data)) {
            var user = new Watch(node, "user", new Caller(Caller.Kind.USER, "test", "a", "{}"));
            eventually(() -> user.error != null);
            assertThat(reason(user)).isIn(Reason.RULE_DENIED, Reason.NODE_UNAVAILABLE);
            var wrong = new Watch(node, "Not One");
            eventually(() -> wrong.error != null);
            assertThat(reason(wrong)).isEqualTo(Reason.INSTANCE_KEY_INVALID);
            var watch = new Watch(node, "user");
            set(node, "user:alice", "one", Duration.ZERO);
            eventually(() -> watch.alarms.size() == 1);
            node.node().close();
            eventually(() -> watch.error != null);
            assertThat(reason(watch)).isEqualTo(Reason.SHUTTING_DOWN);
        }
    }

    private static Reason reason(Watch watch) {
        return TestNode.failure(
                        () -> {
                            var error = watch.error;
                            if (error != null) {
                                throw error;
                            }
                        })
                .reason();
    }

    /** A service that watches. */
    private static final class Watch implements StreamObserver<Alarm>, AutoCloseable {
        private final List<Alarm> alarms = new CopyOnWriteArrayList<>();
        private final Context.CancellableContext context = Context.current().withCancellation();
        private volatile @Nullable StatusRuntimeException error;

        Watch(TestNode node, String namespace) {
            this(node, namespace, TestNode.service());
        }

        Watch(TestNode node, String namespace, Caller caller) {
            var stub = TestNode.as(caller, InstanceServiceGrpc.newStub(node.channel()));
            context.run(
                    () ->
                            stub.watchAlarms(
                                    WatchAlarmsRequest.newBuilder().setNamespace(namespace).build(),
                                    this));
        }

        @Override
        public void onNext(Alarm alarm) {
            alarms.add(alarm);
        }

        @Override
        public void onError(Throwable thrown) {
            error = (StatusRuntimeException) thrown;
        }

        @Override
        public void onCompleted() {}

        @Override
        public void close() {
            context.cancel(null);
        }
    }

    /** One that reads one alarm, and no more before it is told to. */
    private static final class SlowWatch extends ClientCall.Listener<Alarm> {
        private final List<Alarm> alarms = new CopyOnWriteArrayList<>();
        private final ClientCall<WatchAlarmsRequest, Alarm> call;

        SlowWatch(TestNode node, String namespace) {
            var stub = TestNode.as(TestNode.service(), InstanceServiceGrpc.newStub(node.channel()));
            call =
                    stub.getChannel()
                            .newCall(
                                    InstanceServiceGrpc.getWatchAlarmsMethod(),
                                    stub.getCallOptions());
            call.start(this, new Metadata());
            call.request(1);
            call.sendMessage(WatchAlarmsRequest.newBuilder().setNamespace(namespace).build());
            call.halfClose();
        }

        @Override
        public void onMessage(Alarm alarm) {
            alarms.add(alarm);
        }
    }

    private static long tables(TestNode node, String key) {
        return node.integer(key, "SELECT count(*) FROM sqlite_schema WHERE name IN ('t', 'u')");
    }

    private void set(TestNode node, String key, String name, Duration in, String... statements) {
        var time = clock.instant().plus(in);
        var request =
                SetAlarmRequest.newBuilder()
                        .setInstance(InstanceKey.parse(key).toProto())
                        .setName(name)
                        .setTime(timestamp(time));
        for (var sql : statements) {
            request.addOperations(
                    WriteOperation.newBuilder().setSql(SqlStatement.newBuilder().setSql(sql)));
        }
        var built = request.build();
        var _ = node.oncePlaced(() -> node.instances(key).setAlarm(built));
    }

    private static void clear(TestNode node, String key, String name) {
        var _ =
                node.instances(key)
                        .clearAlarm(
                                ClearAlarmRequest.newBuilder()
                                        .setInstance(InstanceKey.parse(key).toProto())
                                        .setName(name)
                                        .build());
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }
}

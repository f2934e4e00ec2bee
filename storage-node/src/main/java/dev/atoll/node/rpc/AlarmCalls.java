package dev.atoll.node.rpc;

import dev.atoll.node.alarms.AlarmTable;
import dev.atoll.node.alarms.StoredAlarm;
import dev.atoll.node.declared.BlockInForce;
import dev.atoll.node.instance.Call;
import dev.atoll.node.instance.Instances;
import dev.atoll.node.instance.Terms;
import dev.atoll.node.instance.Turn;
import dev.atoll.node.instance.WriteWork;
import dev.atoll.node.sqlite.WriteTransaction;
import dev.atoll.node.waking.AlarmWatchers;
import dev.atoll.proto.v1.Alarm;
import dev.atoll.proto.v1.ClearAlarmRequest;
import dev.atoll.proto.v1.ClearAlarmResponse;
import dev.atoll.proto.v1.ListAlarmsRequest;
import dev.atoll.proto.v1.ListAlarmsResponse;
import dev.atoll.proto.v1.SetAlarm;
import dev.atoll.proto.v1.SetAlarmRequest;
import dev.atoll.proto.v1.WatchAlarmsRequest;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import io.grpc.stub.ServerCallStreamObserver;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The calls about alarms, as tasks of their instance's lane. Thread-safe. */
final class AlarmCalls {
    private static final int PAGE_DEFAULT = 100;
    private static final int PAGE_MAX = 1_000;

    private final Instances instances;
    private final Operations operations;
    private final AlarmWatchers watchers;
    private final InstantSource clock = InstantSource.system();

    AlarmCalls(Instances instances, Operations operations, AlarmWatchers watchers) {
        this.instances = instances;
        this.operations = operations;
        this.watchers = watchers;
    }

    Call<Alarm> set(InstanceKey key, SetAlarmRequest request, Terms terms) {
        var asked =
                SetAlarm.newBuilder()
                        .setName(request.getName())
                        .addAllOperations(request.getOperationsList());
        if (request.hasTime()) {
            asked.setTime(request.getTime());
        }
        var alarm = asked.build();
        operations.checkAlarm(alarm);
        return instances.write(
                key,
                terms,
                (tx, turn) -> {
                    var stored = AlarmMessages.stored(alarm, clock.instant());
                    AlarmTable.put(tx, stored);
                    return AlarmMessages.alarm(key, stored);
                });
    }

    Call<ClearAlarmResponse> clear(InstanceKey key, ClearAlarmRequest request, Terms terms) {
        AlarmMessages.checkName(request.getName());
        return instances.write(key, terms, new Clearing(key, request.getName()));
    }

    /** Of an instance that is there. */
    private record Clearing(InstanceKey key, String name) implements WriteWork<ClearAlarmResponse> {
        @Override
        public void checkCreation(Optional<BlockInForce> block) {
            throw Instances.notFound(key);
        }

        @Override
        public ClearAlarmResponse run(WriteTransaction tx, Turn turn) {
            return ClearAlarmResponse.newBuilder().setCleared(AlarmTable.remove(tx, name)).build();
        }
    }

    Call<ListAlarmsResponse> list(InstanceKey key, ListAlarmsRequest request, Terms terms) {
        int size = pageSize(request.getPageSize());
        var after = After.of(request.getPageToken());
        return instances.read(
                key,
                terms,
                (tx, turn) -> page(key, AlarmTable.list(tx, after.micros, after.name, size), size));
    }

    private static ListAlarmsResponse page(InstanceKey key, List<StoredAlarm> found, int size) {
        var page = ListAlarmsResponse.newBuilder();
        found.forEach(alarm -> page.addAlarms(AlarmMessages.alarm(key, alarm)));
        if (found.size() == size) {
            page.setNextPageToken(After.of(found.getLast()));
        }
        return page.build();
    }

    /** The last alarm of the page before. */
    private record After(long micros, String name) {
        static After of(String token) {
            if (token.isEmpty()) {
                return new After(Long.MIN_VALUE, "");
            }
            try {
                var text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
                int colon = text.indexOf(':');
                if (colon > 0) {
                    return new After(
                            Long.parseLong(text.substring(0, colon)), text.substring(colon + 1));
                }
            } catch (IllegalArgumentException e) {
                throw invalid(e);
            }
            throw invalid(null);
        }

        private static Failure invalid(@Nullable Exception e) {
            var text = "page_token: not one of ours (expected: the token of an earlier page)";
            return e == null
                    ? Failure.of(Reason.PAGE_TOKEN_INVALID, text)
                    : Failure.of(Reason.PAGE_TOKEN_INVALID, text, e);
        }

        static String of(StoredAlarm alarm) {
            var text = alarm.timeMicros() + ":" + alarm.name();
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static int pageSize(int asked) {
        if (asked < 0 || asked > PAGE_MAX) {
            throw Failure.of(
                    Reason.VALIDATION_FAILED,
                    "page_size: " + asked + " (expected: 0 to " + PAGE_MAX + ")");
        }
        return asked == 0 ? PAGE_DEFAULT : asked;
    }

    /** Sends what comes due, until the caller goes. */
    void watch(WatchAlarmsRequest request, ServerCallStreamObserver<Alarm> observer) {
        InstanceKey.checkNamespace(request.getNamespace());
        var watcher = new Watching(request.getNamespace(), observer);
        observer.setOnCancelHandler(() -> watchers.remove(watcher));
        watchers.add(watcher);
        if (observer.isCancelled()) {
            watchers.remove(watcher);
        }
    }

    /** One stream. Thread-safe: a message at a time. */
    private static final class Watching implements AlarmWatchers.Watcher {
        private final String namespace;
        private final ServerCallStreamObserver<Alarm> observer;
        private boolean ended;

        Watching(String namespace, ServerCallStreamObserver<Alarm> observer) {
            this.namespace = namespace;
            this.observer = observer;
        }

        @Override
        public String namespace() {
            return namespace;
        }

        @Override
        public boolean isReady() {
            return observer.isReady() && !observer.isCancelled();
        }

        @Override
        public void end() {
            synchronized (observer) {
                if (!ended && !observer.isCancelled()) {
                    ended = true;
                    observer.onError(
                            Replies.exception(
                                    Failure.of(Reason.SHUTTING_DOWN, "the node is stopping")));
                }
            }
        }

        @Override
        public void due(InstanceKey instance, StoredAlarm alarm) {
            synchronized (observer) {
                if (!ended && !observer.isCancelled()) {
                    observer.onNext(AlarmMessages.alarm(instance, alarm));
                }
            }
        }
    }
}

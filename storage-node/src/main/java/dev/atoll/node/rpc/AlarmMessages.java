package dev.atoll.node.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.atoll.node.alarms.AlarmTable;
import dev.atoll.node.alarms.StoredAlarm;
import dev.atoll.node.rules.Times;
import dev.atoll.node.sqlite.WriteTransaction;
import dev.atoll.proto.v1.Alarm;
import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.SetAlarm;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/**
 * Turns messages about alarms into what is stored of them and back. Their operations are kept as
 * the body of a MutateRequest without its instance. Immutable.
 */
final class AlarmMessages {
    private static final int NAME_BYTES_MAX = 256;

    /** They are in the instance's file, and read when it is woken. */
    private static final int OPERATIONS_BYTES_MAX = 1 << 20;

    private AlarmMessages() {}

    static boolean isAlarm(WriteOperation operation) {
        return operation.hasSetAlarm() || operation.hasClearAlarm();
    }

    /** Throws unless it can be set, but for its operations. */
    static void check(SetAlarm alarm) {
        checkName(alarm.getName());
        if (!alarm.hasTime()) {
            throw Failure.of(Reason.VALIDATION_FAILED, "time: not set (expected: when it is due)");
        }
        var _ = Messages.micros(alarm.getTime());
        int bytes = message(alarm.getOperationsList()).getSerializedSize();
        if (bytes > OPERATIONS_BYTES_MAX) {
            throw Failure.limitExceeded("alarm-bytes-max", OPERATIONS_BYTES_MAX, bytes);
        }
    }

    static void checkName(String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > NAME_BYTES_MAX) {
            throw Failure.of(
                    Reason.VALIDATION_FAILED,
                    "name: " + bytes + " bytes (expected: 1 to " + NAME_BYTES_MAX + ")");
        }
    }

    /** Sets or clears one; how many there were that changed. */
    static long change(WriteOperation operation, WriteTransaction tx, Instant now) {
        if (operation.hasSetAlarm()) {
            AlarmTable.put(tx, stored(operation.getSetAlarm(), now));
            return 1;
        }
        return AlarmTable.remove(tx, operation.getClearAlarm().getName()) ? 1 : 0;
    }

    /** One that is set now. */
    static StoredAlarm stored(SetAlarm alarm, Instant now) {
        return StoredAlarm.set(
                alarm.getName(),
                Messages.micros(alarm.getTime()),
                operations(alarm.getOperationsList()),
                Times.micros(now));
    }

    private static ByteString operations(List<WriteOperation> operations) {
        return message(operations).toByteString();
    }

    private static MutateRequest message(List<WriteOperation> operations) {
        return MutateRequest.newBuilder().addAllOperations(operations).build();
    }

    /** What the operations of an alarm were. */
    static List<WriteOperation> operations(ByteString stored) {
        try {
            return MutateRequest.parseFrom(stored).getOperationsList();
        } catch (InvalidProtocolBufferException e) {
            throw Failure.of(Reason.VALIDATION_FAILED, "the alarm's operations cannot be read", e);
        }
    }

    static Alarm alarm(InstanceKey key, StoredAlarm alarm) {
        return Alarm.newBuilder()
                .setInstance(key.toProto())
                .setName(alarm.name())
                .setTime(Messages.timestamp(alarm.timeMicros()))
                .addAllOperations(operations(alarm.operations()))
                .setAttempts(alarm.tries().count())
                .setNextAttempt(Messages.timestamp(alarm.tries().nextMicros()))
                .setLastError(alarm.tries().lastError())
                .build();
    }
}

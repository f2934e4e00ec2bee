package dev.atoll.node.rpc;

import com.google.protobuf.ByteString;
import dev.atoll.node.operations.RowCaller;
import dev.atoll.node.waking.AlarmOperations;

/** Runs what alarms have stored, as a service's Mutate would. Thread-safe. */
public final class StoredMutations implements AlarmOperations {
    @Override
    public void run(Place place, ByteString operations) {
        var caller = RowCaller.service(place.key(), place.now());
        var runner = new OperationRunner(place.turn(), caller);
        var writes = AlarmMessages.operations(operations);
        for (int i = 0; i < writes.size(); i++) {
            var operation = writes.get(i);
            var _ = Operations.inOperation(i, () -> runner.write(operation, place.tx()));
        }
    }
}

package dev.atoll.node.rpc;

import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.util.function.Supplier;

/** Checks the operations of calls before they go to a lane. Immutable. */
final class Operations {
    private final int most;

    /** Calls may carry that many. */
    Operations(int most) {
        this.most = most;
    }

    /** Throws unless the caller may ask for those of a query. */
    void check(Caller caller, QueryRequest request) {
        checkCount(request.getOperationsCount());
        for (int i = 0; i < request.getOperationsCount(); i++) {
            var operation = request.getOperations(i);
            check(
                    caller,
                    operation.getOperationCase() == ReadOperation.OperationCase.OPERATION_NOT_SET,
                    operation.hasSql(),
                    i);
        }
    }

    /** Throws unless the caller may ask for those of a mutation. */
    void check(Caller caller, MutateRequest request) {
        checkCount(request.getOperationsCount());
        for (int i = 0; i < request.getOperationsCount(); i++) {
            var operation = request.getOperations(i);
            check(
                    caller,
                    operation.getOperationCase() == WriteOperation.OperationCase.OPERATION_NOT_SET,
                    operation.hasSql(),
                    i);
        }
    }

    /** Runs one of them; a failure names it. */
    static <T> T inOperation(int index, Supplier<T> operation) {
        try {
            return operation.get();
        } catch (Failure e) {
            throw e.inOperation(index);
        }
    }

    private void checkCount(int count) {
        if (count == 0) {
            throw Failure.of(Reason.VALIDATION_FAILED, "operations: 0 (expected: at least 1)");
        }
        if (count > most) {
            throw Failure.limitExceeded("operations-max", most, count);
        }
    }

    private static void check(Caller caller, boolean unset, boolean sql, int index) {
        if (unset) {
            throw Failure.of(
                            Reason.VALIDATION_FAILED,
                            "operation " + index + ": empty (expected: one of its kinds)")
                    .inOperation(index);
        }
        if (sql && caller.kind() != Caller.Kind.SERVICE) {
            throw Failure.of(
                            Reason.RULE_DENIED,
                            "SQL is for services; users call typed operations under declared rules")
                    .inOperation(index);
        }
    }
}

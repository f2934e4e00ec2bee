package dev.atoll.node.rpc;

import dev.atoll.node.instance.Turn;
import dev.atoll.node.operations.Operation;
import dev.atoll.node.operations.RowCaller;
import dev.atoll.node.operations.TypedOperations;
import dev.atoll.node.sqlite.ReadTransaction;
import dev.atoll.node.sqlite.WriteTransaction;
import dev.atoll.proto.v1.OperationResult;
import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Runs the operations of one call in its transaction, SQL and typed ones alike. Used on the
 * instance's lane alone.
 *
 * @param turn the call's
 * @param caller for whom
 */
record OperationRunner(Turn turn, RowCaller caller) {
    OperationResult read(ReadOperation operation, ReadTransaction tx) {
        tx.beginOperation();
        if (operation.hasSql()) {
            return Messages.result(tx.query(Messages.sqlCall(operation.getSql())));
        }
        var typed = TypedMessages.read(operation);
        return TypedMessages.result(operations(typed).read(tx, caller, typed));
    }

    OperationResult write(WriteOperation operation, WriteTransaction tx) {
        tx.beginOperation();
        var expected =
                operation.hasExpectChanges()
                        ? OptionalLong.of(operation.getExpectChanges())
                        : OptionalLong.empty();
        if (operation.hasSql()) {
            tx.protect(declaredTables());
            var result = tx.execute(Messages.sqlCall(operation.getSql()));
            if (expected.isPresent()) {
                TypedOperations.checkChanges(result.changes(), expected.getAsLong());
            }
            return Messages.result(result);
        }
        if (AlarmMessages.isAlarm(operation)) {
            long changes = AlarmMessages.change(operation, tx, caller.context().now());
            if (expected.isPresent()) {
                TypedOperations.checkChanges(changes, expected.getAsLong());
            }
            return OperationResult.newBuilder().setChanges(changes).build();
        }
        var typed = TypedMessages.write(operation);
        return TypedMessages.result(operations(typed).run(tx, caller, typed, expected));
    }

    private Set<String> declaredTables() {
        return turn.declared().map(declared -> declared.block().tables()).orElse(Set.of());
    }

    private TypedOperations operations(Operation operation) {
        var declared = turn.declared().orElseThrow(() -> notDeclared(operation));
        if (declared.standing().unlike()) {
            throw Failure.of(
                    Reason.MIGRATION_FAILED,
                    "this instance could not be brought to the declared tables, and has columns of"
                            + " other types");
        }
        return declared.block().operations();
    }

    private static Failure notDeclared(Operation operation) {
        return TypedOperations.noTable(operation.table());
    }
}

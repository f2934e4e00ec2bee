package dev.atoll.node.operations;

import dev.atoll.node.blocks.Block;
import dev.atoll.node.rules.FieldType;
import dev.atoll.node.rules.RuleCompiler;
import dev.atoll.node.sqlite.ReadTransaction;
import dev.atoll.node.sqlite.WriteTransaction;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/** The typed operations of one block. Thread-safe: one for all instances and lanes. */
public final class TypedOperations {
    private final Map<String, DeclaredTable> tables = new HashMap<>();
    private final Reads reads;
    private final Writes writes;
    private final WhereWrites whereWrites;

    /**
     * @param block with its tables and rules
     * @param claims the declared claims that its rules were compiled with
     * @param ids makes the ids of new rows
     */
    public TypedOperations(Block block, Map<String, FieldType> claims, RowIds ids) {
        block.tables().forEach(table -> tables.put(table.name(), new DeclaredTable(table)));
        var filters = new Filters(new RuleCompiler(block.ruleSchema(claims)));
        var references = new References(this::table);
        this.reads = new Reads(filters);
        this.writes = new Writes(ids, references);
        this.whereWrites = new WhereWrites(filters, references);
    }

    /** Runs an operation that reads. */
    public OperationResult read(ReadTransaction tx, RowCaller caller, Operation.Read operation) {
        var table = table(operation.table());
        return switch (operation) {
            case Operation.Get get -> reads.get(table, get, caller, tx);
            case Operation.ListRows list -> reads.list(table, list, caller, tx);
            case Operation.Count count -> reads.count(table, count, caller, tx);
            case Operation.Search search -> reads.search(table, search, caller, tx);
        };
    }

    /**
     * Runs an operation of any kind. If it fails, the transaction has to be undone: what the
     * operation did before may still be there.
     *
     * @param expected how many rows it has to change; EXPECTATION_FAILED if they are not so many
     */
    public OperationResult run(
            WriteTransaction tx, RowCaller caller, Operation operation, OptionalLong expected) {
        var result =
                switch (operation) {
                    case Operation.Read read -> read(tx, caller, read);
                    case Operation.Write write ->
                            write(write, new Writes.Place(table(operation.table()), caller, tx));
                };
        if (expected.isPresent()) {
            checkChanges(result.changes(), expected.getAsLong());
        }
        return result;
    }

    private OperationResult write(Operation.Write operation, Writes.Place place) {
        return switch (operation) {
            case Operation.Insert insert -> writes.insert(place, insert);
            case Operation.Update update -> writes.update(place, update);
            case Operation.Upsert upsert -> writes.upsert(place, upsert);
            case Operation.Delete delete -> writes.delete(place, delete);
            case Operation.UpdateWhere update -> whereWrites.update(place, update);
            case Operation.DeleteWhere delete -> whereWrites.delete(place, delete);
        };
    }

    /** Throws EXPECTATION_FAILED unless so many rows were changed as were expected. */
    public static void checkChanges(long changes, long expected) {
        if (changes != expected) {
            throw Failure.of(
                            Reason.EXPECTATION_FAILED,
                            "changes: " + changes + " (expected: " + expected + ")")
                    .with("changes", Long.toString(changes))
                    .with("expected", Long.toString(expected));
        }
    }

    /** TABLE_NOT_FOUND. */
    public static Failure noTable(String name) {
        return Refusals.noTable(name);
    }

    private DeclaredTable table(String name) {
        var table = tables.get(name);
        if (table == null) {
            throw noTable(name);
        }
        return table;
    }
}

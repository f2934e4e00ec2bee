package dev.atoll.node.operations;

import dev.atoll.node.blocks.Block;
import dev.atoll.node.rules.CompiledRule;
import dev.atoll.node.rules.Patterns;
import dev.atoll.node.sqlite.ReadTransaction;
import dev.atoll.node.sqlite.ScratchDatabase;
import dev.atoll.node.sqlite.SqlCall;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;

/** The rules of a block that are about an instance as a whole. Immutable. */
public final class InstanceRules {
    private static final String QUESTION = "SELECT 1 WHERE ";

    /** A rule that does not say it asks no table. */
    private static final String TABLES = "tables";

    private final Block block;

    public InstanceRules(Block block) {
        this.block = block;
    }

    /**
     * Whether the caller may do that with the instance, as the transaction sees it. An instance at
     * an older schema may lack what the rule asks: then nobody knows, and it is denied.
     */
    public boolean allow(Block.Operation operation, ReadTransaction tx, RowCaller caller) {
        var rule = block.access().get(operation);
        if (!caller.ruled() || rule == null) {
            return !caller.ruled();
        }
        if (rule.compiled().asksPatterns()) {
            tx.need(CompiledRule.MATCHES, Patterns::find);
        }
        var call =
                SqlCall.ofNode(
                        QUESTION + '(' + rule.compiled().sql() + ')',
                        rule.compiled().bind(caller.context()));
        try {
            return !tx.query(call).rows().isEmpty();
        } catch (Failure e) {
            if (e.reason() == Reason.SQL_ERROR) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Whether the caller may do that, without looking into the instance; where the rule asks what
     * is in there, nobody knows, and it is denied.
     */
    public boolean allowUnseen(Block.Operation operation, RowCaller caller) {
        var rule = block.access().get(operation);
        if (!caller.ruled() || rule == null) {
            return !caller.ruled();
        }
        if (rule.text().contains(TABLES)) {
            return false;
        }
        try (var scratch = ScratchDatabase.open()) {
            if (rule.compiled().asksPatterns()) {
                scratch.need(CompiledRule.MATCHES, Patterns::find);
            }
            return !scratch.query(
                            QUESTION + '(' + rule.compiled().sql() + ')',
                            rule.compiled().bind(caller.context()))
                    .isEmpty();
        }
    }
}

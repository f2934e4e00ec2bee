package dev.atoll.node.operations;

import dev.atoll.node.rules.CompiledRule;
import dev.atoll.node.rules.Patterns;
import dev.atoll.node.rules.RuleContext;
import dev.atoll.node.sqlite.ReadTransaction;
import dev.atoll.node.sqlite.RowSink;
import dev.atoll.node.sqlite.SqlCall;
import dev.atoll.node.sqlite.SqlResult;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.node.sqlite.WriteTransaction;
import dev.atoll.wire.Failure;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A statement that is being put together. Its text is made of declared names and of compiled rules;
 * whatever a caller says is a parameter, so equal operations have equal texts and are prepared
 * once. One thread at a time.
 */
final class Statement {
    private final DeclaredTable table;
    private final StringBuilder sql = new StringBuilder();
    private final List<SqlValue> values = new ArrayList<>();
    private boolean asksPatterns;

    Statement(DeclaredTable table) {
        this.table = table;
    }

    Statement add(String text, SqlValue... parameters) {
        return add(text, List.of(parameters));
    }

    Statement add(String text, Collection<SqlValue> parameters) {
        sql.append(text);
        values.addAll(parameters);
        return this;
    }

    /** The rule as a condition in parentheses; what is allowed without one is true. */
    Statement add(Permission permission, RuleContext context) {
        switch (permission) {
            case Permission.Always _ -> sql.append("1");
            case Permission.Never _ -> sql.append("0");
            case Permission.If(CompiledRule rule) -> {
                sql.append('(').append(rule.sql()).append(')');
                values.addAll(rule.bind(context));
                asksPatterns |= rule.asksPatterns();
            }
        }
        return this;
    }

    /** The rule as one more condition. */
    Statement and(Permission permission, RuleContext context) {
        return permission instanceof Permission.Always
                ? this
                : add(" AND ").add(permission, context);
    }

    SqlResult query(ReadTransaction transaction) {
        prepare(transaction);
        try {
            return transaction.query(call());
        } catch (Failure e) {
            throw Refusals.ofStatement(e, table.name(), List.of());
        }
    }

    void stream(ReadTransaction transaction, RowSink sink) {
        prepare(transaction);
        try {
            transaction.stream(call(), sink);
        } catch (Failure e) {
            throw Refusals.ofStatement(e, table.name(), List.of());
        }
    }

    /**
     * Runs it where it may write.
     *
     * @param references the fields that it writes and that refer to other rows
     */
    SqlResult execute(WriteTransaction transaction, Collection<String> references) {
        prepare(transaction);
        try {
            return transaction.execute(call());
        } catch (Failure e) {
            throw Refusals.ofStatement(e, table.name(), references);
        }
    }

    private SqlCall call() {
        return SqlCall.ofNode(sql.toString(), values);
    }

    private void prepare(ReadTransaction transaction) {
        if (asksPatterns) {
            transaction.need(CompiledRule.MATCHES, Patterns::find);
        }
    }
}

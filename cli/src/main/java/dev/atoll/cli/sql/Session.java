package dev.atoll.cli.sql;

import dev.atoll.cli.connect.CallException;
import dev.atoll.cli.connect.SqlSession;
import dev.atoll.cli.terminal.Table;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Runs statements without being told which of them write. One thread at a time. */
final class Session {
    /** On an instance that is not there yet these would only create it. */
    private static final Pattern READING =
            Pattern.compile(
                    "(?is)(\\s|--[^\\n]*\\n|/\\*.*?\\*/)*(select|values|with|explain|pragma)\\b.*");

    private final SqlSession instance;

    Session(SqlSession instance) {
        this.instance = instance;
    }

    InstanceKey key() {
        return instance.key();
    }

    /** As a Query; as a Mutate if the server says that it writes. */
    Reply run(String statement) {
        try {
            var table = instance.query(statement);
            return new Reply(table, 0, false);
        } catch (CallException e) {
            if (!writes(statement, e)) {
                throw e;
            }
            return transaction(List.of(statement)).getFirst();
        }
    }

    /** All of them or none. */
    List<Reply> transaction(List<String> statements) {
        var replies = new ArrayList<Reply>();
        for (var result : instance.mutate(statements.stream().map(SqlSession.Call::new).toList())) {
            replies.add(new Reply(result.table(), result.changes(), true));
        }
        return replies;
    }

    /** Rows of a statement that is known to read. */
    Table query(String statement) {
        return instance.query(statement);
    }

    private static boolean writes(String statement, CallException refused) {
        var reason = refused.reason().orElse(null);
        return reason == Reason.READ_ONLY
                || (reason == Reason.INSTANCE_NOT_FOUND && !READING.matcher(statement).matches());
    }
}

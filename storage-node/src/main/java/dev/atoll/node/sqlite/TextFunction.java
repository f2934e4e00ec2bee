package dev.atoll.node.sqlite;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.core.Codes;

/** A question about two texts that the node's own SQL can ask. Thread-safe. */
@FunctionalInterface
public interface TextFunction {
    /** The answer; null if it is unknown, which is NULL in SQL. Must not throw. */
    @Nullable Boolean ask(String first, String second);

    /** As the driver calls it: NULL for anything but two texts. One thread at a time. */
    final class Call extends Function {
        /**
         * Same answer every time, and not from the schema: no index, trigger or view may use it.
         */
        static final int FLAGS = FLAG_DETERMINISTIC | 0x80000;

        private final TextFunction function;

        Call(TextFunction function) {
            this.function = function;
        }

        @Override
        protected void xFunc() throws SQLException {
            boolean texts =
                    value_type(0) == Codes.SQLITE_TEXT && value_type(1) == Codes.SQLITE_TEXT;
            var answer = texts ? function.ask(value_text(0), value_text(1)) : null;
            if (answer == null) {
                result();
            } else {
                result(answer ? 1 : 0);
            }
        }
    }
}

package dev.atoll.node.sqlite;

import dev.atoll.node.sqlite.Token.Kind;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a statement, numbered as SQLite does: {@code ?} takes the number after the
 * highest so far, {@code ?N} the number N, and a name the next number at its first use. Immutable.
 *
 * <p>Positional values fill the numbers without a name, in order; named values the others.
 */
final class Parameters {
    /** By number, from 1 at index 0; null where there is no name. */
    private final List<@Nullable String> signedNames;

    private final int positional;

    private Parameters(List<@Nullable String> signedNames) {
        this.signedNames = signedNames;
        int count = 0;
        for (var name : signedNames) {
            count += name == null ? 1 : 0;
        }
        this.positional = count;
    }

    /** Of a statement that SQLite has prepared: so the numbers are known to be small. */
    static Parameters of(StatementText text) {
        var names = new ArrayList<@Nullable String>();
        Map<String, Integer> numbers = new HashMap<>();
        for (var token : text.tokens()) {
            if (token.kind() != Kind.VARIABLE) {
                continue;
            }
            var variable = token.text(text.sql());
            if (variable.equals("?")) {
                names.add(null);
            } else if (variable.startsWith("?")) {
                int number = Integer.parseInt(variable.substring(1));
                while (names.size() < number) {
                    names.add(null);
                }
            } else if (numbers.putIfAbsent(variable, names.size()) == null) {
                names.add(variable);
            }
        }
        return new Parameters(names);
    }

    /** The values as the driver takes them; throws PARAMETER_MISMATCH or LIMIT_EXCEEDED. */
    @Nullable Object[] bind(SqlCall call, long valueBytesMax) {
        if (call.positional().size() != positional) {
            throw mismatch(
                    "parameters: "
                            + call.positional().size()
                            + " positional (expected: "
                            + positional
                            + ")");
        }
        if (signedNames.isEmpty() && call.named().isEmpty()) {
            return Prepared.NO_PARAMETERS;
        }
        if (!call.named().isEmpty() || positional != signedNames.size()) {
            checkNames(call.named());
        }
        var values = new @Nullable Object[signedNames.size()];
        int next = 0;
        for (int i = 0; i < values.length; i++) {
            var name = signedNames.get(i);
            // checkNames has seen to it that every name has a value.
            var value =
                    name == null
                            ? call.positional().get(next++)
                            : call.named().getOrDefault(name.substring(1), SqlValue.NULL);
            values[i] = bindable(value, valueBytesMax);
        }
        return values;
    }

    private void checkNames(Map<String, SqlValue> given) {
        var known = new TreeSet<String>();
        for (var signed : signedNames) {
            if (signed != null) {
                known.add(signed.substring(1));
                if (!given.containsKey(signed.substring(1))) {
                    throw mismatch("parameter " + SqliteErrors.brief(signed) + ": no value given")
                            .with("parameter", signed.substring(1));
                }
            }
        }
        for (var name : given.keySet()) {
            if (!known.contains(name)) {
                throw mismatch(
                                "parameter '"
                                        + SqliteErrors.brief(name)
                                        + "': not in the statement (expected: "
                                        + (known.isEmpty() ? "no names" : String.join(", ", known))
                                        + ")")
                        .with("parameter", name);
            }
        }
    }

    static @Nullable Object bindable(SqlValue value, long valueBytesMax) {
        return switch (value) {
            case SqlValue.Null() -> null;
            case SqlValue.Integer64(long integer) -> integer;
            case SqlValue.Real(double real) -> real;
            case SqlValue.Text(String text) -> {
                // A character takes three bytes at most: rarely is there a need to count them.
                if (text.length() > valueBytesMax / 3) {
                    checkSize(text.getBytes(StandardCharsets.UTF_8).length, valueBytesMax);
                }
                yield text;
            }
            case SqlValue.Blob(var blob) -> {
                checkSize(blob.size(), valueBytesMax);
                yield blob.toByteArray();
            }
        };
    }

    private static void checkSize(int bytes, long valueBytesMax) {
        if (bytes > valueBytesMax) {
            throw Failure.limitExceeded("value-bytes-max", valueBytesMax, bytes);
        }
    }

    private static Failure mismatch(String message) {
        return Failure.of(Reason.PARAMETER_MISMATCH, message);
    }
}

package dev.atoll.node.operations;

import java.util.Map;

/**
 * Which rows a caller asks for. Immutable.
 *
 * @param text in the language of rules; empty for all rows
 * @param arguments what the text calls {@code args.NAME}
 */
public record Filter(String text, Map<String, TypedValue> arguments) {
    /** Every row. */
    public static final Filter ALL = new Filter("", Map.of());

    public Filter {
        arguments = Map.copyOf(arguments);
    }

    /** One without arguments. */
    public Filter(String text) {
        this(text, Map.of());
    }
}

package dev.atoll.node.rules;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The library's messages in our words. One that is not known stays as it is: the tests hold those
 * that are known. Immutable.
 */
final class CelMessages {
    private static final Pattern OVERLOAD =
            Pattern.compile("found no matching overload for '(.*?)' applied to '\\((.*)\\)' \\(.*");
    private static final Pattern OVERLOAD_OF_TARGET =
            Pattern.compile("found no matching overload for '(.*?)' applied to '(.*)' \\(.*");
    private static final Pattern RESULT =
            Pattern.compile("expected type 'bool' but found '(.*)'", Pattern.DOTALL);
    private static final Pattern UNEXPECTED =
            Pattern.compile("(?:mismatched|extraneous) input '(.*?)' expecting .*", Pattern.DOTALL);
    private static final Pattern NOT_VIABLE =
            Pattern.compile("no viable alternative at input '(.*)'", Pattern.DOTALL);
    private static final Pattern MISSING = Pattern.compile("missing '(.*)' at '(.*)'");
    private static final Pattern NUMBER = Pattern.compile("For input string: \"(.*)\".*");
    private static final Pattern NO_FIELDS =
            Pattern.compile("type '(.*)' does not support field selection");
    private static final Pattern TOKEN =
            Pattern.compile("token recognition error at: '(.*)'", Pattern.DOTALL);
    private static final Pattern OPERATOR = Pattern.compile("_?@?([^_@]+)_");
    private static final Pattern WRAPPER = Pattern.compile("wrapper\\(([a-z]+)\\)");

    private static final Map<String, String> TYPES = types();

    private CelMessages() {}

    private static Map<String, String> types() {
        var types = new LinkedHashMap<String, String>();
        types.put("google.protobuf.Timestamp", "datetime");
        types.put("google.protobuf.Duration", "duration");
        types.put("string", "text");
        types.put("int", "integer");
        types.put("double", "real");
        types.put("bool", "boolean");
        types.put("bytes", "blob");
        types.put("dyn", "dynamic");
        return types;
    }

    static boolean isLimit(String message) {
        return message.contains("limit") && !message.contains("undeclared");
    }

    static String reason(String message) {
        Matcher matcher = OVERLOAD.matcher(message);
        if (matcher.matches()) {
            return "'"
                    + operator(matcher.group(1))
                    + "' does not take ("
                    + words(matcher.group(2))
                    + ")";
        }
        matcher = OVERLOAD_OF_TARGET.matcher(message);
        if (matcher.matches()) {
            return matcher.group(1) + "() does not take " + words(matcher.group(2));
        }
        matcher = RESULT.matcher(message);
        if (matcher.matches()) {
            return "the whole is " + words(matcher.group(1)) + " (expected: boolean)";
        }
        matcher = NO_FIELDS.matcher(message);
        if (matcher.matches()) {
            return words(matcher.group(1)) + " has no fields";
        }
        matcher = NUMBER.matcher(message);
        if (matcher.matches()) {
            return Source.shortened(matcher.group(1)) + " does not fit into 64 bits";
        }
        matcher = MISSING.matcher(message);
        if (matcher.matches()) {
            return matcher.group(2).contains("<EOF>")
                    ? "ends too early (expected: " + matcher.group(1) + ")"
                    : "no '" + matcher.group(1) + "' before: " + Source.shortened(matcher.group(2));
        }
        for (var pattern : new Pattern[] {UNEXPECTED, NOT_VIABLE, TOKEN}) {
            matcher = pattern.matcher(message);
            if (matcher.matches()) {
                return matcher.group(1).contains("<EOF>")
                        ? "ends too early"
                        : "not understood: " + Source.shortened(matcher.group(1).strip());
            }
        }
        return Source.shortened(message).equals(message) ? message : message.split("\n", 2)[0];
    }

    private static String operator(String function) {
        var matcher = OPERATOR.matcher(function);
        if (function.equals("@in")) {
            return "in";
        }
        if (function.equals("_?_:_")) {
            return "? :";
        }
        if (function.equals("_[_]")) {
            return "[ ]";
        }
        if (function.endsWith("_") && function.length() <= 3 && !function.startsWith("_")) {
            return function.substring(0, function.length() - 1);
        }
        return matcher.matches() ? matcher.group(1) : function;
    }

    /** CEL's names of types in a signature as ours. */
    static String words(String signature) {
        var words = WRAPPER.matcher(signature).replaceAll("$1");
        for (var type : TYPES.entrySet()) {
            words =
                    words.replaceAll(
                            "(?<![\\w.])" + Pattern.quote(type.getKey()) + "(?!\\w)",
                            type.getValue());
        }
        return words;
    }
}

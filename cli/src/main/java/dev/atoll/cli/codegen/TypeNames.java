package dev.atoll.cli.codegen;

import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.node.blocks.Block;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.Set;

/** Names of types for the tables of a namespace: {@code order_items} is OrderItems. Immutable. */
final class TypeNames {
    /** What generated code means by these names is something else. */
    private static final Set<String> TAKEN =
            Set.of(
                    "Boolean",
                    "Double",
                    "Field",
                    "Instant",
                    "Json",
                    "Long",
                    "New",
                    "NullMarked",
                    "Nullable",
                    "Object",
                    "Override",
                    "Record",
                    "String",
                    "Uint8Array");

    private TypeNames() {}

    /** By table, in the order of the file; refuses two that would be one. */
    static SequencedMap<String, String> of(Block block) {
        var names = new LinkedHashMap<String, String>();
        block.tables().forEach(table -> names.put(table.name(), typeName(table.name())));
        checkApart(block.name(), List.copyOf(names.sequencedValues()));
        return names;
    }

    /** Not by capital letters alone either: there are file systems that do not tell them apart. */
    static void checkApart(String where, List<String> names) {
        var seen = new HashMap<String, String>();
        for (var name : names) {
            var other = seen.putIfAbsent(name.toLowerCase(Locale.ROOT), name);
            if (other != null) {
                throw new CommandException(
                        ExitCode.FAILURE,
                        where
                                + ": two types would be called "
                                + name
                                + " (expected: names that differ in more than capitals and _)");
            }
        }
    }

    /** Names of tables begin with a letter. */
    private static String typeName(String table) {
        var name = new StringBuilder();
        boolean begins = true;
        for (int i = 0; i < table.length(); i++) {
            char c = table.charAt(i);
            if (c != '_') {
                name.append(begins ? Character.toUpperCase(c) : c);
            }
            begins = c == '_';
        }
        return TAKEN.contains(name.toString()) ? name + "Row" : name.toString();
    }
}

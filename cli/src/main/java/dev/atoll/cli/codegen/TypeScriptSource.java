package dev.atoll.cli.codegen;

import dev.atoll.node.blocks.Block;
import dev.atoll.node.blocks.Field;
import dev.atoll.node.blocks.Table;
import dev.atoll.node.rules.FieldType;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** TypeScript: a module a namespace, with two interfaces a table. Immutable. */
final class TypeScriptSource {
    private static final String HEADER =
            """
            // Written by ./atoll codegen from the declaration of 'NAMESPACE': changes made here get lost.
            //
            // An integer has 64 bits: a bigint where a number would not be exact. A datetime is a text in RFC 3339, in UTC and to
            // the microsecond, since a Date has milliseconds.
            """;

    private static final String JSON =
            """

            /** Whatever JSON can say. */
            export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
            """;

    private TypeScriptSource() {}

    /** The sources by their paths, for every namespace that declares tables. */
    static SequencedMap<String, String> of(List<Block> blocks) {
        var sources = new TreeMap<String, String>();
        for (var block : blocks) {
            if (!block.tables().isEmpty()) {
                sources.put(block.name() + ".ts", module(block));
            }
        }
        return sources;
    }

    private static String module(Block block) {
        var names = TypeNames.of(block);
        var all = new ArrayList<>(names.sequencedValues());
        names.sequencedValues().forEach(name -> all.add("New" + name));
        TypeNames.checkApart(block.name(), all);
        var text = new StringBuilder(HEADER.replace("NAMESPACE", block.name()));
        boolean json =
                block.tables().stream()
                        .flatMap(table -> table.fields().stream())
                        .anyMatch(field -> field.type() == FieldType.JSON);
        text.append(json ? JSON : "");
        for (var table : block.tables()) {
            var name = names.getOrDefault(table.name(), table.name());
            text.append("\n/** A row of the table `").append(table.name()).append("`. */\n");
            text.append("export interface ").append(name).append(" {\n");
            table.fields().forEach(field -> addField(text, table, field));
            text.append("}\n\n/** A new row of the table `").append(table.name());
            text.append("`: what is left out gets its default. */\n");
            text.append("export interface New").append(name).append(" {\n");
            table.fields().stream()
                    .filter(FieldNote::isWritten)
                    .forEach(field -> addNewField(text, field));
            text.append("}\n");
        }
        return text.toString();
    }

    private static void addField(StringBuilder text, Table table, Field field) {
        text.append("  /** ").append(escaped(FieldNote.of(table, field))).append(" */\n  ");
        text.append(
                Table.ID.equals(field.name()) || !FieldNote.isWritten(field) ? "readonly " : "");
        text.append(field.name()).append(": ").append(type(field)).append(";\n");
    }

    private static void addNewField(StringBuilder text, Field field) {
        text.append("  ").append(field.name()).append(FieldNote.mayBeLeftOut(field) ? "?: " : ": ");
        text.append(type(field)).append(";\n");
    }

    private static String type(Field field) {
        var type =
                switch (field.type()) {
                    case TEXT ->
                            field.range().words().isEmpty()
                                    ? "string"
                                    : field.range().words().stream()
                                            .map(TypeScriptSource::quoted)
                                            .collect(Collectors.joining(" | "));
                    case INTEGER -> "number | bigint";
                    case REAL -> "number";
                    case BOOLEAN -> "boolean";
                    case DATETIME -> "string";
                    case JSON -> "Json";
                    case BLOB -> "Uint8Array";
                };
        return field.presence().required() ? type : type + " | null";
    }

    /** As text of a comment, in one line, which it does not end. */
    private static String escaped(String note) {
        return plain(note.replace("*/", "* /"), " ");
    }

    private static String quoted(String word) {
        var escaped = word.replace("\\", "\\\\").replace("'", "\\'");
        return "'" + plain(escaped, "") + "'";
    }

    /** What shows itself stays; the rest is a space, or an escape where there is no instead. */
    private static String plain(String text, String instead) {
        return text.codePoints()
                .mapToObj(
                        c ->
                                JavaSource.isPlain(c)
                                        ? Character.toString(c)
                                        : instead.isEmpty()
                                                ? "\\u{" + Integer.toHexString(c) + "}"
                                                : instead)
                .collect(Collectors.joining());
    }
}

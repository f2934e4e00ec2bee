package dev.atoll.cli.codegen;

import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.node.blocks.Block;
import dev.atoll.node.blocks.Field;
import dev.atoll.node.blocks.Table;
import dev.atoll.node.rules.FieldType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.lang.model.SourceVersion;

/**
 * Java records: one a table, with another in it for new rows. Made for the Java client, which fills
 * and reads them. One thread at a time.
 *
 * <p>Words of an enum stay texts: a record that knows today's words could not be read once there is
 * another.
 */
final class JavaSource {
    /** Methods that a record has, or may not have, whatever its components. */
    private static final Set<String> NOT_COMPONENTS =
            Set.of(
                    "clone",
                    "finalize",
                    "getClass",
                    "hashCode",
                    "notify",
                    "notifyAll",
                    "toString",
                    "wait");

    /** Of the parameters of a constructor, of which {@code this} is one; longs take two. */
    private static final int SLOTS_MAX = 255;

    private final Block block;
    private final Table table;
    private final Map<String, String> components = new HashMap<>();
    private final Set<String> imports = new TreeSet<>();

    private JavaSource(Block block, Table table) {
        this.block = block;
        this.table = table;
        var names = new HashSet<String>();
        table.fields().forEach(field -> names.add(field.name()));
        for (var field : table.fields()) {
            var name = field.name();
            while (SourceVersion.isKeyword(name)
                    || NOT_COMPONENTS.contains(name)
                    || (!name.equals(field.name()) && names.contains(name))) {
                name += "_";
            }
            names.add(name);
            components.put(field.name(), name);
        }
    }

    /** The sources by their paths, for every namespace that declares tables. */
    static SequencedMap<String, String> of(List<Block> blocks, String javaPackage) {
        var sources = new TreeMap<String, String>();
        for (var block : blocks) {
            if (block.tables().isEmpty()) {
                continue;
            }
            var last = packageName(block.name());
            var whole = javaPackage + "." + last;
            var folder = whole.replace('.', '/') + "/";
            if (sources.put(folder + "package-info.java", packageInfo(block, whole)) != null) {
                throw new CommandException(
                        ExitCode.FAILURE,
                        "two namespaces would be the package "
                                + whole
                                + " (expected: names that differ in more than - and _)");
            }
            TypeNames.of(block)
                    .forEach(
                            (table, type) ->
                                    block.find(table)
                                            .map(found -> new JavaSource(block, found))
                                            .ifPresent(
                                                    source ->
                                                            sources.put(
                                                                    folder + type + ".java",
                                                                    source.text(whole, type))));
        }
        return sources;
    }

    private static String packageName(String namespace) {
        var name = namespace.replace('-', '_');
        return SourceVersion.isKeyword(name) ? name + "_" : name;
    }

    private static String header(Block block) {
        return "// Written by ./atoll codegen from the declaration of '"
                + block.name()
                + "': changes made here get lost.\n";
    }

    private static String packageInfo(Block block, String javaPackage) {
        return header(block)
                + """
                /** The rows of the tables of {@code NAMESPACE}. */
                @NullMarked
                package PACKAGE;

                import org.jspecify.annotations.NullMarked;
                """
                        .replace("NAMESPACE", block.name())
                        .replace("PACKAGE", javaPackage);
    }

    private String text(String javaPackage, String type) {
        var row = record(type, table.fields(), false);
        var written = table.fields().stream().filter(FieldNote::isWritten).toList();
        var newRow = record("New", written, true);
        var text = new StringBuilder(header(block));
        text.append("package ").append(javaPackage).append(";\n\n");
        imports.forEach(name -> text.append("import ").append(name).append(";\n"));
        text.append("\n/**\n * A row of the table {@code ").append(table.name());
        text.append("} of {@code ").append(block.name()).append("}.\n *\n");
        for (var field : table.fields()) {
            text.append(" * @param ").append(components.get(field.name())).append(' ');
            text.append(escaped(FieldNote.of(table, field))).append('\n');
        }
        text.append(" */\npublic ").append(row).append(" {\n");
        text.append("    /** A new row: what is null in it gets its default. */\n    public ");
        text.append(newRow.replace("\n", "\n    ")).append(" {}\n}\n");
        return text.toString();
    }

    private String record(String type, List<Field> fields, boolean isNew) {
        var parts = new ArrayList<String>();
        int slots = 1;
        for (var field : fields) {
            boolean nullable = isNew ? FieldNote.mayBeLeftOut(field) : !field.presence().required();
            parts.add("        " + component(field, nullable));
            boolean wide = field.type() == FieldType.INTEGER || field.type() == FieldType.REAL;
            slots += wide && !nullable ? 2 : 1;
        }
        if (slots > SLOTS_MAX) {
            throw new CommandException(
                    ExitCode.FAILURE,
                    block.name()
                            + "."
                            + table.name()
                            + ": "
                            + fields.size()
                            + " fields (expected: no more than a Java constructor takes, "
                            + (SLOTS_MAX - 1)
                            + ", where a required integer or real counts twice)");
        }
        return "record " + type + "(\n" + String.join(",\n", parts) + ")";
    }

    private String component(Field field, boolean nullable) {
        var name = components.getOrDefault(field.name(), field.name());
        var text = annotation(field, name) + type(field.type(), nullable) + " " + name;
        if (nullable) {
            imports.add("org.jspecify.annotations.Nullable");
        }
        return text;
    }

    private String annotation(Field field, String name) {
        boolean renamed = !name.equals(field.name());
        if (!renamed && !field.isComputed()) {
            return "";
        }
        imports.add("dev.atoll.client.Field");
        var value = '"' + field.name() + '"';
        if (!field.isComputed()) {
            return "@Field(" + value + ") ";
        }
        return renamed
                ? "@Field(value = " + value + ", computed = true) "
                : "@Field(computed = true) ";
    }

    private String type(FieldType type, boolean nullable) {
        var before = nullable ? "@Nullable " : "";
        return switch (type) {
            case TEXT -> before + "String";
            case INTEGER -> nullable ? before + "Long" : "long";
            case REAL -> nullable ? before + "Double" : "double";
            case BOOLEAN -> nullable ? before + "Boolean" : "boolean";
            case DATETIME -> {
                imports.add("java.time.Instant");
                yield before + "Instant";
            }
            case JSON -> {
                imports.add("dev.atoll.client.Json");
                yield before + "Json";
            }
            case BLOB -> nullable ? "byte @Nullable []" : "byte[]";
        };
    }

    /** As text of a comment: it ends no comment, and is no tag and no Unicode escape. */
    private static String escaped(String note) {
        var text = new StringBuilder();
        note.codePoints()
                .forEach(
                        c -> {
                            if (c == '\n' || c == '\r' || c == '\t') {
                                text.append(' ');
                            } else if ("\\*@{}<>&".indexOf(c) >= 0 || !isPlain(c)) {
                                text.append("&#").append(c).append(';');
                            } else {
                                text.appendCodePoint(c);
                            }
                        });
        return text.toString();
    }

    /** Not a control character, nor one that shows the ones after it in another order. */
    static boolean isPlain(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED ->
                    false;
            default -> true;
        };
    }
}

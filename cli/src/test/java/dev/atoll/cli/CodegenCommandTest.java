package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.cli.terminal.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code atoll codegen}: writes types, without any server. */
class CodegenCommandTest {
    private static final String WORKSPACE =
            """
            databases:
              workspace:
                dynamic: true
                tables:
                  customers:
                    fields: { name: { type: text, required: true, min: 1, max: 50 } }
                  order_items:
                    fields:
                      amount:   { type: integer, required: true, min: 0 }
                      tax:      { type: real, default: 0.25 }
                      total:    { type: real, computed: amount * (1 + tax) }
                      state:    { type: text, required: true, default: open, enum: [open, "it's"] }
                      customer: { type: text, references: customers.id, index: true }
                      paid:     { type: boolean, required: true, default: false }
                      code:     { type: text, unique: true, pattern: '^\\d*/{2}$' }
                      meta:     { type: json }
                      raw:      { type: blob }
                      due:      { type: datetime, min: '2026-01-01T00:00:00Z' }
                    ttl: due
              reports: { sql: true, migrations: [ { name: a, sql: [CREATE TABLE t (n)] } ] }
            """;

    @TempDir Path folder;

    private Path java = Path.of("");
    private Path typescript = Path.of("");

    @BeforeEach
    void nameFolders() {
        java = folder.resolve("java");
        typescript = folder.resolve("types/ts");
    }

    @Test
    void aTableBecomesARecord() throws IOException {
        assertThat(generateJava(WORKSPACE)).isEqualTo("files: 3, of which changed: 3\n");
        assertThat(java.resolve("com/example/workspace/OrderItems.java"))
                .content()
                .isEqualTo(
                        """
                        // Written by ./atoll codegen from the declaration of 'workspace': changes made here get lost.
                        package com.example.workspace;

                        import dev.atoll.client.Field;
                        import dev.atoll.client.Json;
                        import java.time.Instant;
                        import org.jspecify.annotations.Nullable;

                        /**
                         * A row of the table {@code order_items} of {@code workspace}.
                         *
                         * @param id names the row: a UUIDv7, unless another is given
                         * @param createdAt when the row was made; set by the node
                         * @param updatedAt when the row was changed last; set by the node
                         * @param amount integer; at least 0
                         * @param tax real; default: 0.25
                         * @param total real; computed: amount &#42; (1 + tax)
                         * @param state text; one of: open, it's; default: open
                         * @param customer text; references customers.id
                         * @param paid boolean; default: false
                         * @param code text; matches ^&#92;d&#42;/&#123;2&#125;$; unique
                         * @param meta json
                         * @param raw blob
                         * @param due datetime; at least 2026-01-01T00:00:00Z; the row is gone after it
                         */
                        public record OrderItems(
                                String id,
                                Instant createdAt,
                                Instant updatedAt,
                                long amount,
                                @Nullable Double tax,
                                @Field(computed = true) @Nullable Double total,
                                String state,
                                @Nullable String customer,
                                boolean paid,
                                @Nullable String code,
                                @Nullable Json meta,
                                byte @Nullable [] raw,
                                @Nullable Instant due) {
                            /** A new row: what is null in it gets its default. */
                            public record New(
                                    @Nullable String id,
                                    long amount,
                                    @Nullable Double tax,
                                    @Nullable String state,
                                    @Nullable String customer,
                                    @Nullable Boolean paid,
                                    @Nullable String code,
                                    @Nullable Json meta,
                                    byte @Nullable [] raw,
                                    @Nullable Instant due) {}
                        }
                        """);
        assertThat(java.resolve("com/example/workspace/package-info.java"))
                .content()
                .contains("@NullMarked\npackage com.example.workspace;\n");
        compile();
    }

    @Test
    void aNamespaceBecomesAModule() throws IOException {
        assertThat(generate(WORKSPACE, "--typescript", typescript.toString()))
                .isEqualTo("files: 1, of which changed: 1\n");
        assertThat(typescript.resolve("workspace.ts"))
                .content()
                .isEqualTo(
                        """
                        // Written by ./atoll codegen from the declaration of 'workspace': changes made here get lost.
                        //
                        // An integer has 64 bits: a bigint where a number would not be exact. A datetime is a text in RFC 3339, in UTC and to
                        // the microsecond, since a Date has milliseconds.

                        /** Whatever JSON can say. */
                        export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

                        /** A row of the table `customers`. */
                        export interface Customers {
                          /** names the row: a UUIDv7, unless another is given */
                          readonly id: string;
                          /** when the row was made; set by the node */
                          readonly createdAt: string;
                          /** when the row was changed last; set by the node */
                          readonly updatedAt: string;
                          /** text; at least 1 characters; at most 50 characters */
                          name: string;
                        }

                        /** A new row of the table `customers`: what is left out gets its default. */
                        export interface NewCustomers {
                          id?: string;
                          name: string;
                        }

                        /** A row of the table `order_items`. */
                        export interface OrderItems {
                          /** names the row: a UUIDv7, unless another is given */
                          readonly id: string;
                          /** when the row was made; set by the node */
                          readonly createdAt: string;
                          /** when the row was changed last; set by the node */
                          readonly updatedAt: string;
                          /** integer; at least 0 */
                          amount: number | bigint;
                          /** real; default: 0.25 */
                          tax: number | null;
                          /** real; computed: amount * (1 + tax) */
                          readonly total: number | null;
                          /** text; one of: open, it's; default: open */
                          state: 'open' | 'it\\'s';
                          /** text; references customers.id */
                          customer: string | null;
                          /** boolean; default: false */
                          paid: boolean;
                          /** text; matches ^\\d* /{2}$; unique */
                          code: string | null;
                          /** json */
                          meta: Json | null;
                          /** blob */
                          raw: Uint8Array | null;
                          /** datetime; at least 2026-01-01T00:00:00Z; the row is gone after it */
                          due: string | null;
                        }

                        /** A new row of the table `order_items`: what is left out gets its default. */
                        export interface NewOrderItems {
                          id?: string;
                          amount: number | bigint;
                          tax?: number | null;
                          state?: 'open' | 'it\\'s';
                          customer?: string | null;
                          paid?: boolean;
                          code?: string | null;
                          meta?: Json | null;
                          raw?: Uint8Array | null;
                          due?: string | null;
                        }
                        """);
    }

    @Test
    void theSameFileGivesTheSameBytesAndFilesThatAreRightAreNotTouched() throws IOException {
        String[] both = {
            "--java", java.toString(), "--package", "p", "--typescript", "" + typescript
        };
        assertThat(generate(WORKSPACE, both)).isEqualTo("files: 4, of which changed: 4\n");
        var first = contents();
        assertThat(generate(WORKSPACE, both)).isEqualTo("files: 4, of which changed: 0\n");
        Files.writeString(typescript.resolve("workspace.ts"), "changed");
        assertThat(generate(WORKSPACE, both)).isEqualTo("files: 4, of which changed: 1\n");
        assertThat(contents()).isEqualTo(first);
    }

    @Test
    void namesThatMeanSomethingInJavaAreGivenOthers() throws Exception {
        generateJava(
                """
                databases:
                  default:
                    tables:
                      string:   { fields: { a: { type: text } } }
                      field:    { fields: { a: { type: text } } }
                      object:
                        fields:
                          class:    { type: text, required: true }
                          class_:   { type: text }
                          hashCode: { type: integer, required: true }
                          wait:     { type: integer, computed: hashCode + 1 }
                          record:   { type: text }
                          yield:    { type: text }
                          String:   { type: text }
                          New:      { type: text }
                  two-words:
                    tables: { a: { fields: { a: { type: text } } } }
                """);
        compile();
        try (var loader = new URLClassLoader(new URL[] {classes().toUri().toURL()})) {
            var type = loader.loadClass("com.example.default_.ObjectRow");
            assertThat(type.getRecordComponents())
                    .extracting(component -> component.getName())
                    .containsExactly(
                            "id",
                            "createdAt",
                            "updatedAt",
                            "class__",
                            "class_",
                            "hashCode_",
                            "wait_",
                            "record",
                            "yield",
                            "String",
                            "New");
            assertThat(loader.loadClass("com.example.default_.StringRow").isRecord()).isTrue();
            assertThat(loader.loadClass("com.example.default_.FieldRow").isRecord()).isTrue();
            assertThat(loader.loadClass("com.example.two_words.A").isRecord()).isTrue();
        }
        assertThat(java.resolve("com/example/default_/ObjectRow.java"))
                .content()
                .contains("@Field(\"class\") String class__")
                .contains("@Field(value = \"wait\", computed = true) @Nullable Long wait_");
    }

    @Test
    void whatIsSaidOfAFieldEndsNoComment() throws IOException {
        var hostile =
                """
                databases:
                  ws:
                    tables:
                      t:
                        fields:
                          a: { type: text, default: "*/ } \\\\u002a/ @see {@code <b> \\u202e\\n x" }
                          b: { type: text, enum: ["a'; x", "\\\\", "two\\nlines", "\\u2028"] }
                """;
        generateJava(hostile);
        compile();
        generate(hostile, "--typescript", typescript.toString());
        assertThat(typescript.resolve("ws.ts"))
                .content()
                .contains("b: 'a\\'; x' | '\\\\' | 'two\\u{a}lines' | '\\u{2028}' | null;")
                .contains("default: * / } \\u002a/ @see {@code <b>    x */");
    }

    @Test
    void whatCannotBeWrittenLeavesAllAsItWas() throws IOException {
        var twins = "databases: { ws: { tables: { a_b: { fields: {} }, aB: { fields: {} } } } }";
        assertThat(run(ExitCode.FAILURE, "codegen", file(twins), "--typescript", "" + typescript))
                .isEqualTo(
                        "atoll: ws: two types would be called AB (expected: names that differ in"
                                + " more than capitals and _)\n");
        var wide = new StringBuilder("databases: { ws: { tables: { t: { fields: {");
        for (int i = 0; i < 126; i++) {
            wide.append(" f").append(i).append(": { type: integer, required: true },");
        }
        wide.append(" last: { type: text } } } } } }");
        assertThat(
                        run(
                                ExitCode.FAILURE,
                                "codegen",
                                file(wide.toString()),
                                "--java",
                                "" + java,
                                "--package",
                                "p"))
                .startsWith("atoll: ws.t: 130 fields (expected: no more than");
        assertThat(java).doesNotExist();
        assertThat(typescript).doesNotExist();
    }

    @Test
    void asManyFieldsAsAConstructorTakesCompile() throws IOException {
        var wide = new StringBuilder("databases: { ws: { tables: { t: { fields: {");
        for (int i = 0; i < 125; i++) {
            wide.append(" f").append(i).append(": { type: integer, required: true },");
        }
        generateJava(wide.append(" last: { type: text } } } } } }").toString());
        compile();
    }

    @Test
    void aWrongCommandLineSaysWhatIsMissing() throws IOException {
        var file = file(WORKSPACE);
        assertThat(run(ExitCode.USAGE, "codegen", file))
                .isEqualTo("atoll: nothing to write (expected: --java DIR, or --typescript DIR)\n");
        assertThat(run(ExitCode.USAGE, "codegen", file, "--java", "" + java))
                .isEqualTo("atoll: --java and --package go together (expected: both)\n");
        assertThat(
                        run(
                                ExitCode.USAGE,
                                "codegen",
                                file,
                                "--java",
                                "" + java,
                                "--package",
                                "a.class"))
                .isEqualTo("atoll: --package: 'a.class' (expected: a name, such as com.example)\n");
        for (var reserved : List.of("java", "java.lang")) {
            assertThat(
                            run(
                                    ExitCode.USAGE,
                                    "codegen",
                                    file,
                                    "--java",
                                    "" + java,
                                    "--package",
                                    reserved))
                    .isEqualTo(
                            "atoll: --package: '"
                                    + reserved
                                    + "' (expected: one outside of java, where no program may have"
                                    + " classes)\n");
        }
        assertThat(run(ExitCode.FAILURE, "codegen", file("x: y"), "--typescript", "" + typescript))
                .contains(":1:1: there is no key 'x'");
        assertThat(run(ExitCode.NOT_FOUND, "codegen", folder + "/none", "--typescript", "x"))
                .isEqualTo("atoll: " + folder + "/none: no such file\n");
    }

    private Path classes() {
        return folder.resolve("classes");
    }

    /** All that was written to the folder of Java sources, without a warning. */
    private void compile() throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var said = new StringWriter();
        List<Path> sources;
        try (var files = Files.walk(java)) {
            sources = files.filter(Files::isRegularFile).toList();
        }
        try (var manager = compiler.getStandardFileManager(null, null, null)) {
            var path =
                    System.getProperty(
                            "surefire.test.class.path", System.getProperty("java.class.path"));
            var options =
                    new ArrayList<>(
                            List.of("-proc:none", "-Werror", "-Xlint:all,-classfile,-path"));
            options.addAll(List.of("-Xdoclint:all,-missing", "-d", classes().toString()));
            options.addAll(List.of("-cp", path));
            boolean compiled =
                    compiler.getTask(
                                    said,
                                    manager,
                                    null,
                                    options,
                                    null,
                                    manager.getJavaFileObjectsFromPaths(sources))
                            .call();
            assertThat(compiled).as(said.toString()).isTrue();
        }
        assertThat(said.toString()).isEmpty();
    }

    private Map<String, String> contents() throws IOException {
        var contents = new TreeMap<String, String>();
        for (var root : List.of(java, typescript)) {
            try (var files = Files.walk(root)) {
                for (var path : files.filter(Files::isRegularFile).toList()) {
                    contents.put(path.toString(), Files.readString(path));
                }
            }
        }
        return contents;
    }

    private String generateJava(String yaml) throws IOException {
        return generate(yaml, "--java", java.toString(), "--package", "com.example");
    }

    private String generate(String yaml, String... options) throws IOException {
        var arguments = new ArrayList<>(List.of("codegen", file(yaml)));
        arguments.addAll(List.of(options));
        return run(ExitCode.OK, arguments.toArray(String[]::new));
    }

    private String file(String yaml) throws IOException {
        return Files.writeString(folder.resolve("blocks.yaml"), yaml).toString();
    }

    private static String run(ExitCode expected, String... arguments) {
        var out = new StringWriter();
        int code =
                Atoll.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(out))
                        .execute(arguments);
        assertThat(code).as(String.join(" ", arguments) + ": " + out).isEqualTo(expected.number());
        return out.toString();
    }
}

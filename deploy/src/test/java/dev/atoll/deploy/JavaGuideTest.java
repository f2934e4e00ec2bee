package dev.atoll.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java code of the documents compiles, without warnings. */
class JavaGuideTest {
    private static final List<String> DOCUMENTS = List.of("README.md", "docs/client-java.md");

    /** What every snippet may use without saying so, as the guide explains. */
    private static final String IMPORTS =
            """
            import dev.atoll.client.*;
            import java.io.*;
            import java.math.*;
            import java.nio.file.*;
            import java.time.*;
            import java.util.*;
            import java.util.concurrent.*;
            import java.util.function.*;

            """;

    private static final String AFTER = "\n} }\n";

    private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();

    @Test
    void snippetsCompile(@TempDir Path classes) {
        var sources = new ArrayList<JavaFileObject>();
        for (var document : DOCUMENTS) {
            for (var block : Repository.blocks(document, "java").entrySet()) {
                sources.add(source(document, block.getKey(), block.getValue()));
            }
        }
        assertThat(sources).hasSizeGreaterThan(3);

        var said = new StringWriter();
        boolean compiled =
                compiler.getTask(said, null, null, options(classes), null, sources).call();

        assertThat(compiled).as(said.toString()).isTrue();
        assertThat(said.toString()).isEmpty();
    }

    private static JavaFileObject source(String document, int line, String code) {
        var name = document.replaceAll("\\W", "_") + "_line_" + line;
        // A snippet that opens a client of its own is not given another.
        var given =
                code.contains("Atoll atoll =") || code.contains("var atoll =")
                        ? ""
                        : "Atoll atoll, Instance alice";
        var text =
                IMPORTS
                        + "class "
                        + name
                        + " { void snippet("
                        + given
                        + ") throws Exception {\n"
                        + code
                        + AFTER;
        return new SimpleJavaFileObject(
                URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
    }

    private static List<String> options(Path classes) {
        var path =
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"));
        return List.of(
                "-d",
                classes.toString(),
                "-proc:none",
                "-Xlint:all,-classfile,-path",
                "-cp",
                String.join(File.pathSeparator, path.split(File.pathSeparator, -1)));
    }
}

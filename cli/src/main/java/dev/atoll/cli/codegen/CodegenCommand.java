package dev.atoll.cli.codegen;

import dev.atoll.cli.config.ReadableFile;
import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import javax.lang.model.SourceVersion;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes types of the rows that a block file declares. One thread at a time. */
@Command(
        name = "codegen",
        description =
                "Write types of the rows that a block file declares: Java records, TypeScript types,"
                        + " or both. Files that are right already are not touched.")
public final class CodegenCommand implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The block file")
    private Path file = Path.of("");

    @Option(
            names = "--java",
            paramLabel = "DIR",
            description =
                    "Write a Java record for each table to this folder of sources, in a package for"
                            + " each namespace")
    private @Nullable Path java;

    @Option(
            names = "--package",
            paramLabel = "NAME",
            description = "The Java package in which those packages are: com.example")
    private @Nullable String javaPackage;

    @Option(
            names = "--typescript",
            paramLabel = "DIR",
            description = "Write a TypeScript module for each namespace to this folder")
    private @Nullable Path typescript;

    @Override
    public Integer call() throws IOException {
        check();
        var blocks = ReadableFile.blocks(file).blocks();
        // All of it is made before anything is written: what cannot be said leaves all as it was.
        var sources = new TreeMap<Path, String>();
        if (java != null && javaPackage != null) {
            addAll(sources, java, JavaSource.of(blocks, javaPackage));
        }
        if (typescript != null) {
            addAll(sources, typescript, TypeScriptSource.of(blocks));
        }
        int changed = 0;
        for (var source : sources.entrySet()) {
            changed += write(source.getKey(), source.getValue()) ? 1 : 0;
        }
        var out = Objects.requireNonNull(spec).commandLine().getOut();
        out.println("files: " + sources.size() + ", of which changed: " + changed);
        out.flush();
        return ExitCode.OK.number();
    }

    private void check() {
        if (java == null && typescript == null) {
            throw new CommandException(
                    ExitCode.USAGE, "nothing to write (expected: --java DIR, or --typescript DIR)");
        }
        if ((java == null) != (javaPackage == null)) {
            throw new CommandException(
                    ExitCode.USAGE, "--java and --package go together (expected: both)");
        }
        if (javaPackage != null && !SourceVersion.isName(javaPackage)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--package: '" + javaPackage + "' (expected: a name, such as com.example)");
        }
        if (javaPackage != null && (javaPackage + ".").startsWith("java.")) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--package: '"
                            + javaPackage
                            + "' (expected: one outside of java, where no program may have classes)");
        }
    }

    private static void addAll(
            SequencedMap<Path, String> sources, Path folder, Map<String, String> named) {
        named.forEach((name, text) -> sources.put(folder.resolve(name), text));
    }

    /** Whether it was another before. */
    private static boolean write(Path path, String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        if (Files.exists(path) && Arrays.equals(Files.readAllBytes(path), bytes)) {
            return false;
        }
        Files.createDirectories(Objects.requireNonNull(path.toAbsolutePath().getParent()));
        Files.write(path, bytes);
        return true;
    }
}

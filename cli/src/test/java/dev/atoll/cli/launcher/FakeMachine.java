package dev.atoll.cli.launcher;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A machine with a copy of the launcher, a few tools, and JDKs and a Maven that only say that they
 * were run. Its paths have spaces. One thread at a time.
 */
final class FakeMachine {
    private static final List<String> TOOLS =
            List.of(
                    "sh",
                    "chmod",
                    "dirname",
                    "basename",
                    "readlink",
                    "sed",
                    "find",
                    "mkdir",
                    "rm",
                    "cat",
                    "mv",
                    "sleep",
                    "tail",
                    "touch");

    private final Path folder;
    private final Path root;
    private final Path tools;
    private final Map<String, String> environment = new LinkedHashMap<>();

    FakeMachine(Path parent) throws IOException {
        folder = Files.createDirectories(parent.resolve("a machine"));
        root = Files.createDirectories(folder.resolve("a clone"));
        tools = Files.createDirectories(folder.resolve("tools"));
        for (var tool : TOOLS) {
            Files.createSymbolicLink(tools.resolve(tool), find(tool));
        }
        Files.copy(launcher(), root.resolve("atoll"));
        makeExecutable(root.resolve("atoll"));
        Files.writeString(root.resolve("pom.xml"), "<project/>");
        Files.createDirectories(root.resolve(".mvn/wrapper"));
        Files.writeString(
                root.resolve(".mvn/wrapper/maven-wrapper.properties"),
                "distributionUrl=https://localhost:1/apache-maven-0-bin.zip\n");
        environment.put("PATH", tools.toString());
        environment.put("ATOLL_JDK_FOLDERS", Files.createDirectories(folder.resolve("none")) + "");
    }

    /** How a run of the launcher ended. */
    record Outcome(int exitCode, String out, String err) {}

    Path root() {
        return root;
    }

    Path folder() {
        return folder;
    }

    FakeMachine with(String variable, Object value) {
        environment.put(variable, value.toString());
        return this;
    }

    /** A JDK of a major version, whose java prints where it is and what it was given. */
    Path jdk(String name, int major) throws IOException {
        var jdk = Files.createDirectories(folder.resolve(name));
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"" + major + ".0.1\"\n");
        script(jdk.resolve("bin/java"), "printf '%s\\n' \"$0\" \"$@\"");
        script(jdk.resolve("bin/javac"), "exit 0");
        return jdk;
    }

    /** A Maven on the PATH that builds, or fails. */
    void maven(String version, int exitCode) throws IOException {
        script(
                tools.resolve("mvn"),
                """
                case "$1" in --version) echo 'Apache Maven %s'; exit 0 ;; esac
                echo "$@" >>runs
                mkdir -p cli/target/lib
                echo 'the compiler has something to say'
                if [ %d = 0 ]; then
                    touch cli/target/lib/atoll-cli.jar cli/target/built
                fi
                exit %d"""
                        .formatted(version, exitCode, exitCode));
    }

    /** How often Maven built. */
    int builds() throws IOException {
        var runs = root.resolve("runs");
        return Files.exists(runs) ? Files.readAllLines(runs).size() : 0;
    }

    /** As if a build was done just now. */
    FakeMachine built() throws IOException {
        var target = root.resolve("cli/target");
        Files.createDirectories(target.resolve("lib"));
        Files.writeString(target.resolve("lib/atoll-cli.jar"), "");
        Files.writeString(target.resolve("built"), "");
        Files.setLastModifiedTime(
                target.resolve("built"), FileTime.from(Instant.now().plusSeconds(60)));
        return this;
    }

    Outcome run(String... arguments) throws Exception {
        return runAs(root.resolve("atoll"), arguments);
    }

    /** Runs the launcher under that name, from a folder that is not its own. */
    Outcome runAs(Path name, String... arguments) throws Exception {
        return finish(start(name, arguments));
    }

    Process start(Path name, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(tools.resolve("sh").toString(), name.toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    static Outcome finish(Process process) throws Exception {
        process.getOutputStream().close();
        var out = text(process.getInputStream());
        var err = text(process.getErrorStream());
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("the launcher does not end");
        }
        return new Outcome(process.exitValue(), out, err);
    }

    private static String text(InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }

    private static void script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        makeExecutable(file);
    }

    private static void makeExecutable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static Path find(String tool) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, tool))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
    }

    /** Tests run in the folder of their module. */
    private static Path launcher() {
        return Path.of("..").resolve("atoll").toAbsolutePath().normalize();
    }
}

package dev.atoll.cli.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a POSIX shell script")
class LauncherTest {
    @TempDir private Path folder;
    private FakeMachine machine;

    @BeforeEach
    void makeTheMachine() throws IOException {
        machine = new FakeMachine(folder);
    }

    @Test
    void passesOverAnOlderJavaToOneInTheUsualFolders() throws Exception {
        var old = machine.jdk("old", 17);
        var wanted = machine.jdk("jvm/jdk-25", 25);
        machine.built().with("JAVA_HOME", old).with("ATOLL_JDK_FOLDERS", "jvm");

        var outcome = machine.run("token", "--service", "a b");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out().lines())
                .startsWith("jvm/jdk-25/bin/java")
                .endsWith("dev.atoll.cli.Atoll", "token", "--service", "a b");
        assertThat(wanted).exists();
    }

    @Test
    void takesTheNamedJdkFirst() throws Exception {
        var home = machine.jdk("home 25", 25);
        var named = machine.jdk("named 26", 26);
        machine.built().with("JAVA_HOME", home).with("ATOLL_JAVA_HOME", named);

        assertThat(machine.run("token").out()).startsWith(named + "/bin/java\n");
    }

    @Test
    void findsTheJdkOfALinkedJavaOnThePath() throws Exception {
        var jdk = machine.jdk("linked 25", 25);
        Files.createSymbolicLink(folder.resolve("a machine/tools/java"), jdk.resolve("bin/java"));

        assertThat(machine.built().run("token").out()).startsWith(jdk + "/bin/java\n");
    }

    @Test
    void saysWhatIsMissingAndHowToGetIt() throws Exception {
        machine.built().with("JAVA_HOME", machine.jdk("old", 21));

        var outcome = machine.run("dev");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err())
                .contains("there is no JDK 25", "old: JDK 21", "adoptium.net", "ATOLL_JAVA_HOME");
    }

    @Test
    void refusesANamedFolderThatIsNoJdk25() throws Exception {
        machine.built().with("ATOLL_JAVA_HOME", machine.jdk("old", 17));

        var outcome = machine.run("dev");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).contains("expected: the folder of a JDK 25 or newer");
    }

    @Test
    void worksThroughALinkFromAnotherFolder() throws Exception {
        machine.built().with("JAVA_HOME", machine.jdk("jdk", 25));
        var link =
                Files.createSymbolicLink(
                        folder.resolve("linked atoll"), machine.root().resolve("atoll"));

        var outcome = machine.runAs(link, "dev", "--port", "0");

        assertThat(outcome.out().lines())
                .contains(machine.root().toRealPath() + "/cli/target/lib/atoll-cli.jar")
                .endsWith("dev", "--port", "0");
    }

    @Test
    void givesServersTheirOwnOptions() throws Exception {
        machine.built()
                .with("JAVA_HOME", machine.jdk("jdk", 25))
                .with("ATOLL_JAVA_OPTS", "-Xmx3g -Dx=y");

        var leaks = "-Dio.grpc.netty.shaded.io.netty.leakDetection.level=disabled";
        // Theirs come last, and so win.
        assertThat(machine.run("node").out().lines())
                .containsSubsequence("-XX:+ExitOnOutOfMemoryError", leaks, "-Xmx3g", "-Dx=y");
        assertThat(machine.run("sql").out().lines())
                .contains("-XX:TieredStopAtLevel=1")
                .doesNotContain("-Xmx3g", leaks);
    }

    @Test
    void buildsOnceAndAgainOnlyWhenASourceIsNewer() throws Exception {
        machine.with("JAVA_HOME", machine.jdk("jdk", 25)).maven("3.9.9", 0);

        var first = machine.run("token");
        machine.run("token");

        assertThat(first.err()).contains("building Atoll (first time takes some minutes)…");
        assertThat(first.exitCode()).isZero();
        assertThat(machine.builds()).isEqualTo(1);

        var source =
                Files.createDirectories(machine.root().resolve("cli/src/main")).resolve("A.java");
        Files.writeString(source, "class A {}");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));
        machine.run("token");
        assertThat(machine.builds()).isEqualTo(2);
    }

    @Test
    void namesTheLogOfABuildThatFailed() throws Exception {
        machine.with("JAVA_HOME", machine.jdk("jdk", 25)).maven("3.9.9", 1);

        var outcome = machine.run("dev");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).contains("the compiler has something to say", "build.log");
        assertThat(machine.root().resolve(".atoll/build.lock")).doesNotExist();
    }

    @Test
    void refusesAMavenThatIsTooOld() throws Exception {
        machine.with("JAVA_HOME", machine.jdk("jdk", 25)).maven("3.6.3", 0);

        assertThat(machine.run("dev").err()).contains("'3.6.3' (expected: 3.8.1 or newer)");
        assertThat(machine.builds()).isZero();
    }

    @Test
    void buildsOnlyOnceWhenTwoStartTogether() throws Exception {
        machine.with("JAVA_HOME", machine.jdk("jdk", 25)).maven("3.9.9", 0);

        var one = machine.start(machine.root().resolve("atoll"), "token");
        var other = machine.start(machine.root().resolve("atoll"), "token");

        assertThat(FakeMachine.finish(one).exitCode()).isZero();
        assertThat(FakeMachine.finish(other).exitCode()).isZero();
        assertThat(machine.builds()).isEqualTo(1);
    }

    @Test
    void takesOverTheLockOfAProcessThatIsGone() throws Exception {
        machine.with("JAVA_HOME", machine.jdk("jdk", 25)).maven("3.9.9", 0);
        var lock = Files.createDirectories(machine.root().resolve(".atoll/build.lock"));
        Files.writeString(lock.resolve("pid"), "999999999\n");

        assertThat(machine.run("token").exitCode()).isZero();
        assertThat(lock).doesNotExist();
    }
}

package dev.atoll.node.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be read for a while is no damage: the call fails, and the next one is served. */
class UnreadableTest {
    private static final String KEY = "user:alice";

    @TempDir private Path data;

    @BeforeEach
    void write() throws IOException {
        try (var instances = TestInstances.open(data, 10)) {
            instances.write(KEY, "CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".sums"})
    void isServedAgainWhenItsFileCanBeOpenedAgain(String suffix) throws IOException {
        var file = beside(suffix);
        var away = file.resolveSibling("away");
        try (var instances = TestInstances.open(data, 10)) {
            Files.createLink(away, file);
            // Opening it fails, as it does where too many files are open. It is never missing,
            // which
            // the redo in the background would take for a loss.
            var loop = Files.createSymbolicLink(file.resolveSibling("loop"), file);
            Files.move(loop, file, StandardCopyOption.ATOMIC_MOVE);
            assertThat(failure(() -> instances.read(KEY, "SELECT 1")).reason())
                    .isEqualTo(Reason.NODE_UNAVAILABLE);
            assertThat(failure(() -> instances.write(KEY, "INSERT INTO t VALUES (2)")).reason())
                    .isEqualTo(Reason.NODE_UNAVAILABLE);
            Files.move(away, file, StandardCopyOption.ATOMIC_MOVE);

            assertThat(instances.describe(KEY).state()).isEqualTo(InstanceStatus.State.SLEEPING);
            assertThat(instances.read(KEY, "SELECT count(*) FROM t")).isOne();
        }
    }

    @Test
    void isServedAgainWhenSomebodyElseHasReadItsFile() throws IOException, SQLException {
        try (var instances = TestInstances.open(data, 10)) {
            try (var other = DriverManager.getConnection("jdbc:sqlite:" + beside(""));
                    var statement = other.createStatement()) {
                statement.execute("BEGIN");
                statement.executeQuery("SELECT count(*) FROM t").close();
                assertThat(failure(() -> instances.read(KEY, "SELECT 1")).reason())
                        .isEqualTo(Reason.NODE_UNAVAILABLE);
            }

            assertThat(instances.read(KEY, "SELECT count(*) FROM t")).isOne();
        }
    }

    @Test
    void aCommitThatCannotBeReadIsGoneAndNobodyIsToldMore() throws IOException {
        try (var instances = TestInstances.open(data, 10)) {
            assertThat(instances.read(KEY, "SELECT count(*) FROM t")).isOne();
            // SQLite has it open already; the node opens it to take the first commit.
            var wal = beside("-wal");
            Files.move(wal, wal.resolveSibling("away"));
            Files.createDirectory(wal);

            assertThat(failure(() -> instances.write(KEY, "INSERT INTO t VALUES (2)")).reason())
                    .isEqualTo(Reason.OUTCOME_UNKNOWN);

            Files.deleteIfExists(wal);
            assertThat(instances.read(KEY, "SELECT count(*) FROM t")).isOne();
            instances.write(KEY, "INSERT INTO t VALUES (3)");
        }
        try (var instances = TestInstances.open(data, 10)) {
            assertThat(instances.read(KEY, "SELECT sum(a) FROM t")).isEqualTo(4);
        }
    }

    @Test
    void oneThatIsGoneIsQuarantined() throws IOException {
        var file = beside("");
        try (var instances = TestInstances.open(data, 10)) {
            Files.delete(file);
            assertThat(failure(() -> instances.read(KEY, "SELECT 1")).reason())
                    .isEqualTo(Reason.INSTANCE_QUARANTINED);
        }
    }

    private Path beside(String suffix) throws IOException {
        try (var paths = Files.walk(data)) {
            var file = paths.filter(path -> path.toString().endsWith(".sqlite")).findFirst().get();
            return file.resolveSibling(file.getFileName() + suffix);
        }
    }

    private static Failure failure(ThrowingCallable call) {
        var failure = catchThrowableOfType(Failure.class, call);
        assertThat(failure).isNotNull();
        return failure;
    }
}

package dev.atoll.node.instance;

import static dev.atoll.node.TestNode.copy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.journal.JournalRecord;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A creation whose outcome nobody knows, and that the journal refused to take back: it may be in
 * the journal when its key is given to a newer incarnation. That one counts.
 */
class SupersededCreationTest {
    private static final String KEY = "user:alice";

    @TempDir private Path data;
    @TempDir private Path copies;

    @Test
    void theNewerOneStaysAfterACrash() throws IOException {
        var crashed = copies.resolve("crashed");
        try (var instances = TestInstances.open(data, 10)) {
            createTwice(instances);
            copy(data, crashed);
        }
        isTheNewer(crashed);
        isTheNewer(crashed);
        Files.delete(crashed.resolve("catalog.sqlite"));
        isTheNewer(crashed);
        isTheNewer(data);
    }

    @Test
    void theOlderOneDoesNotComeBackWhenTheNewerIsDeleted() throws IOException {
        var crashed = copies.resolve("crashed");
        try (var instances = TestInstances.open(data, 10)) {
            createTwice(instances);
            instances.delete(KEY);
            copy(data, crashed);
        }
        isMissing(crashed);
        Files.delete(crashed.resolve("catalog.sqlite"));
        isMissing(crashed);
    }

    private static void createTwice(TestInstances instances) {
        instances.journal.sayUnknown(
                record -> record instanceof JournalRecord.Commit,
                Failure.of(Reason.OUTCOME_UNKNOWN, "the disk stalls"));
        instances.journal.refuse(
                record -> record instanceof JournalRecord.Delete,
                Failure.of(Reason.OVERLOADED, "the disk stalls"));
        var failure =
                catchThrowableOfType(
                        Failure.class,
                        () ->
                                instances.write(
                                        KEY, "CREATE TABLE t(a)", "INSERT INTO t VALUES (7)"));
        assertThat(failure).isNotNull();
        assertThat(failure.reason()).isEqualTo(Reason.OUTCOME_UNKNOWN);
        instances.write(KEY, "CREATE TABLE t(a)", "INSERT INTO t VALUES (8)");
    }

    private static void isTheNewer(Path folder) throws IOException {
        try (var instances = TestInstances.open(folder, 10)) {
            assertThat(instances.read(KEY, "SELECT sum(a) FROM t")).isEqualTo(8);
            assertThat(instances.list(new Catalog.Range("user", "", Optional.empty()))).hasSize(1);
            assertThat(instances.verify(KEY)).isEmpty();
        }
    }

    private static void isMissing(Path folder) throws IOException {
        try (var instances = TestInstances.open(folder, 10)) {
            var failure =
                    catchThrowableOfType(Failure.class, () -> instances.read(KEY, "SELECT 1"));
            assertThat(failure).isNotNull();
            assertThat(failure.reason()).isEqualTo(Reason.INSTANCE_NOT_FOUND);
        }
    }
}

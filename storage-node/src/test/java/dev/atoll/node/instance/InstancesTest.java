package dev.atoll.node.instance;

import static dev.atoll.node.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.journal.JournalRecord;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens between the instances and their journal at moments that a test has to choose. */
class InstancesTest {
    private static final String KEY = "user:alice";
    private static final String OTHER = "user:bob";

    @TempDir private Path data;

    @Test
    void aListingShowsTheNewestCommitOfWhatWentToSleepMeanwhile() throws IOException {
        try (var instances = TestInstances.open(data, 1)) {
            instances.write(OTHER, "CREATE TABLE t(a)");
            eventually(() -> wakes(instances, KEY));
            // Its row in the catalogue is of the first commit, until it goes to sleep.
            instances.write(KEY, "INSERT INTO t VALUES (1)");
            instances.write(KEY, "INSERT INTO t VALUES (2)");
            instances.whileListing = () -> sleep(instances, KEY);

            var listed = instances.list(new Catalog.Range("user", "alice", Optional.empty()));

            assertThat(listed)
                    .singleElement()
                    .satisfies(
                            status -> {
                                assertThat(status.state()).isEqualTo(InstanceStatus.State.SLEEPING);
                                assertThat(status.entry().newest().commit()).isEqualTo(3);
                            });
        }
    }

    /** There is one place for open instances, and whoever has it must have ended its turn. */
    private static boolean wakes(TestInstances instances, String key) {
        try {
            instances.write(key, "CREATE TABLE IF NOT EXISTS t(a)");
            return true;
        } catch (Failure e) {
            assertThat(e.reason()).isEqualTo(Reason.OVERLOADED);
            return false;
        }
    }

    private static void sleep(TestInstances instances, String key) {
        try {
            eventually(() -> wakes(instances, OTHER));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        assertThat(instances.describe(key).state()).isEqualTo(InstanceStatus.State.SLEEPING);
    }

    @Test
    void aDeletionThatNobodyWasSureOfHasHappened() throws IOException {
        try (var instances = TestInstances.open(data, 10)) {
            instances.write(KEY, "CREATE TABLE t(a)");
            instances.journal.sayUnknown(
                    JournalRecord.Delete.class::isInstance,
                    Failure.of(Reason.OUTCOME_UNKNOWN, "not within its time"));
            assertThat(failure(() -> instances.delete(KEY)).reason())
                    .isEqualTo(Reason.OUTCOME_UNKNOWN);

            assertThat(failure(() -> instances.read(KEY, "SELECT 1")).reason())
                    .isEqualTo(Reason.INSTANCE_NOT_FOUND);
            instances.write(KEY, "CREATE TABLE t(a)");
            assertThat(instances.read(KEY, "SELECT count(*) FROM t")).isZero();
        }
    }

    @Test
    void anInstanceThatBrokeIsNotServedWithoutItsCommits() throws IOException {
        try (var instances = TestInstances.open(data, 10)) {
            instances.write(KEY, "CREATE TABLE t(a)");
            // Folded by that: its file could be opened as it is.
            assertThat(instances.verify(KEY)).isEmpty();
            instances.write(KEY, "INSERT INTO t VALUES (1)");
            instances.journal.refuse(
                    JournalRecord.Commit.class::isInstance,
                    Failure.of(Reason.OUTCOME_UNKNOWN, "broken"));
            assertThat(failure(() -> instances.write(KEY, "INSERT INTO t VALUES (2)")).reason())
                    .isEqualTo(Reason.OUTCOME_UNKNOWN);
            instances.journal.damage(Failure.of(Reason.CORRUPTION, "a record is damaged"));

            assertThat(failure(() -> instances.read(KEY, "SELECT count(*) FROM t")).reason())
                    .isEqualTo(Reason.INSTANCE_QUARANTINED);
            assertThat(instances.describe(KEY).state()).isEqualTo(InstanceStatus.State.QUARANTINED);
        }
    }

    private static Failure failure(ThrowingCallable call) {
        var failure = catchThrowableOfType(Failure.class, call);
        assertThat(failure).isNotNull();
        return failure;
    }
}

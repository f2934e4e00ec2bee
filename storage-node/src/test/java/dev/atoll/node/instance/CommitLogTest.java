package dev.atoll.node.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.atoll.node.disk.FaultyDisk;
import dev.atoll.node.journal.Durable;
import dev.atoll.node.journal.FileJournal;
import dev.atoll.node.journal.JournalMetrics;
import dev.atoll.node.journal.JournalRecord;
import dev.atoll.node.journal.JournalSettings;
import dev.atoll.node.journal.LogMark;
import dev.atoll.node.journal.Origin;
import dev.atoll.node.lease.Ownership;
import dev.atoll.wire.Epoch;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The gate: a reply leaves when what it says, or has seen, is durable, and not before. */
class CommitLogTest {
    private static final long SEGMENT_BYTES = 64 << 10;
    private static final int REPLIES = 200;

    private final FaultyDisk disk = new FaultyDisk();
    private FileJournal journal;
    private CommitLog log;

    /** What became of each reply, in that order. */
    private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();

    /** "" where it left. */
    private record Outcome(int reply, String failure, boolean durable, Thread thread) {}

    @BeforeEach
    void open() throws IOException {
        journal =
                FileJournal.open(
                        new FileJournal.Place(disk, Path.of("/journal")),
                        new JournalSettings(
                                SEGMENT_BYTES,
                                16 * SEGMENT_BYTES,
                                16 * SEGMENT_BYTES,
                                0,
                                Duration.ofDays(1)),
                        new JournalMetrics(new SimpleMeterRegistry()),
                        new FileJournal.Sources(System::nanoTime, new Random(1), LogMark.NONE));
        log = new CommitLog(journal, new Owner());
    }

    @AfterEach
    void close() throws IOException {
        log.close();
        journal.close();
    }

    @Test
    void aReplyWaitsForWhatItHasSeen() {
        var writer = holdWriter();
        long position = append();
        hold(1, position);
        assertThat(outcomes).isEmpty();
        assertThat(log.durable()).isLessThan(position);

        writer.goOn();

        var left = next();
        assertThat(left.failure()).isEmpty();
        assertThat(left.durable()).isTrue();
        // The thread that writes the journal has something else to do.
        assertThat(left.thread()).isNotIn(writer.thread(), Thread.currentThread());
    }

    @Test
    void aReplyThatHasSeenOnlyWhatIsDurableLeavesAtOnce() {
        log.await(append());
        var writer = holdWriter();
        long durable = log.durable();
        append();
        hold(1, durable);
        assertThat(next().thread()).isEqualTo(Thread.currentThread());
        writer.goOn();
    }

    @Test
    void repliesLeaveInTheOrderOfWhatTheyHaveSeen() {
        var writer = holdWriter();
        for (int reply = 0; reply < REPLIES; reply++) {
            hold(reply, append());
        }
        writer.goOn();
        for (int reply = 0; reply < REPLIES; reply++) {
            var left = next();
            assertThat(left.reply()).isEqualTo(reply);
            assertThat(left.failure()).isEmpty();
            assertThat(left.durable()).isTrue();
        }
    }

    /** Whatever the disk holds of them: nobody knows, and nobody is told more. */
    @Test
    void noReplyLeavesThatHasSeenWhatTheJournalCouldNotWrite() {
        log.await(append());
        long durable = log.durable();
        var writer = holdWriter();
        for (int reply = 0; reply < REPLIES; reply++) {
            hold(reply, append());
        }
        disk.failSync(".segment", 1);
        writer.goOn();
        for (int reply = 0; reply < REPLIES; reply++) {
            var failed = next();
            assertThat(failed.reply()).isEqualTo(reply);
            assertThat(failed.failure()).isEqualTo(Reason.OUTCOME_UNKNOWN.name());
        }
        // Those that come later, too; but who has seen nothing of it is served.
        hold(REPLIES, log.last());
        assertThat(next().failure()).isEqualTo(Reason.OUTCOME_UNKNOWN.name());
        assertThat(catchThrowableOfType(Failure.class, () -> log.await(log.last())).reason())
                .isEqualTo(Reason.OUTCOME_UNKNOWN);
        hold(REPLIES + 1, durable);
        assertThat(next().failure()).isEmpty();
        assertThat(log.failure()).isPresent();
        assertThat(outcomes).isEmpty();
    }

    @Test
    void aReplyThatIsHeldLeavesWhenTheJournalIsClosedAndHasWrittenIt() throws IOException {
        var writer = holdWriter();
        hold(1, append());
        writer.goOn();
        journal.close();
        assertThat(next().failure()).isEmpty();
    }

    private void hold(int reply, long position) {
        log.hold(
                position,
                new CommitLog.Held() {
                    @Override
                    public void release() {
                        happened("", position);
                    }

                    @Override
                    public void fail(Failure cause) {
                        happened(cause.reason().name(), position);
                    }

                    private void happened(String failure, long seen) {
                        outcomes.add(
                                new Outcome(
                                        reply,
                                        failure,
                                        seen <= journal.durable(),
                                        Thread.currentThread()));
                    }
                });
    }

    private Outcome next() {
        try {
            var outcome = outcomes.poll(30, TimeUnit.SECONDS);
            assertThat(outcome).as("within its time").isNotNull();
            return outcome;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private long append() {
        var origin = new Origin(0, 1, journal.last() + 1, 1_000);
        return journal.append(new JournalRecord.Delete(origin, "user:alice"));
    }

    /** Has the thread that writes the journal wait: what is appended meanwhile is not durable. */
    private HeldWriter holdWriter() {
        var held = new HeldWriter();
        // Before the record: else this thread might be the one that is told.
        journal.whenDurable(journal.last() + 1, held);
        append();
        held.awaitHeld();
        return held;
    }

    private static final class HeldWriter implements Durable {
        private final CountDownLatch held = new CountDownLatch(1);
        private final CountDownLatch goesOn = new CountDownLatch(1);
        private volatile Thread thread = Thread.currentThread();

        void awaitHeld() {
            await(held);
        }

        void goOn() {
            goesOn.countDown();
        }

        Thread thread() {
            return thread;
        }

        @Override
        public void durable() {
            thread = Thread.currentThread();
            held.countDown();
            await(goesOn);
        }

        @Override
        public void failed(Failure cause) {
            throw cause;
        }

        private static void await(CountDownLatch latch) {
            try {
                assertThat(latch.await(30, TimeUnit.SECONDS)).as("within its time").isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Of everything. */
    private static final class Owner implements Ownership {
        @Override
        public Epoch checkOwner(int shard) {
            return new Epoch(1);
        }

        @Override
        public void holdShard(int shard) {
            // All are held.
        }

        @Override
        public BitSet ownedShards() {
            return new BitSet();
        }

        @Override
        public List<String> missing() {
            return List.of();
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}

package dev.atoll.node.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.disk.FaultyDisk;
import dev.atoll.node.journal.TestLog.Maker;
import dev.atoll.wire.Failure;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Power cuts at any moment, in recovery too, again and again; each case names its seed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrashTest {
    private static final int ROUNDS = 12;

    List<Long> seeds() {
        var random = new Random();
        var seeds = new ArrayList<Long>();
        for (long seed = 0; seed < 30; seed++) {
            seeds.add(seed);
        }
        for (int i = 0; i < 30; i++) {
            seeds.add(random.nextLong());
        }
        return seeds;
    }

    /** What a log should hold: the records after {@code start}. */
    private static final class Model {
        private final List<JournalRecord> all = new ArrayList<>();
        private long acknowledged;
        private long trimmed;
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void keepsWhatWasAcknowledged(long seed) throws IOException {
        var random = new Random(seed);
        var maker = new Maker(seed);
        var model = new Model();
        var mark = new MemoryMark();
        var disk = new FaultyDisk();
        for (int round = 0; round < ROUNDS; round++) {
            disk = recover(disk, mark, random);
            var journal = open(disk, mark, random);
            check(journal, model);
            mark.fail(random.nextInt(4) == 0);
            if (random.nextBoolean()) {
                disk.powerOffAfter(random.nextInt(120));
            }
            work(journal, model, maker, random);
            // Asked before the cut: whatever becomes durable in between is there as well.
            model.acknowledged = Math.max(model.acknowledged, journal.durable());
            disk = random.nextInt(4) == 0 ? disk.kill() : disk.crash(random.nextLong());
            journal.close();
            mark.fail(false);
        }
        var journal = open(disk, mark, random);
        check(journal, model);
        journal.close();
    }

    /** Some write an empty batch whenever nothing else is to be done. */
    private static FileJournal open(FaultyDisk disk, LogMark mark, Random random)
            throws IOException {
        return TestLog.open(
                disk,
                random.nextBoolean() ? TestLog.SMALL : TestLog.smallCovering(Duration.ofNanos(1)),
                new FileJournal.Sources(System::nanoTime, new Random(random.nextLong()), mark));
    }

    /** Cuts the power in recovery now and then. */
    private static FaultyDisk recover(FaultyDisk found, LogMark mark, Random random)
            throws IOException {
        var disk = found;
        for (int attempt = 0; attempt < 3 && random.nextBoolean(); attempt++) {
            disk.powerOffAfter(random.nextInt(12));
            try (var journal = open(disk, mark, random)) {
                TestLog.damages(journal);
            } catch (IOException e) {
                assertThat(e).hasStackTraceContaining("the power is off");
            }
            disk = disk.crash(random.nextLong());
        }
        return disk;
    }

    private static void work(FileJournal journal, Model model, Maker maker, Random random)
            throws IOException {
        int count = random.nextInt(60);
        for (int i = 0; i < count; i++) {
            try {
                int pages = random.nextInt(20) == 0 ? 150 : 1 + random.nextInt(8);
                var commit = maker.commit(1 + random.nextInt(5), pages);
                model.all.add(commit);
                try {
                    assertThat(journal.append(commit)).isEqualTo(model.all.size());
                } catch (Failure e) {
                    model.all.removeLast();
                    return;
                }
                if (random.nextInt(4) == 0) {
                    TestLog.await(journal, model.all.size());
                    model.acknowledged = model.all.size();
                }
                if (random.nextInt(15) == 0) {
                    model.trimmed = Math.max(model.trimmed, journal.durable() - random.nextInt(9));
                    journal.trim(model.trimmed);
                }
            } catch (Failure e) {
                return;
            }
        }
    }

    private static void check(FileJournal journal, Model model) throws IOException {
        assertThat(journal.damages()).isEmpty();
        assertThat(journal.last()).isBetween(model.acknowledged, (long) model.all.size());
        assertThat(journal.start()).isLessThanOrEqualTo(Math.max(0, model.trimmed));
        while (model.all.size() > journal.last()) {
            model.all.removeLast();
        }
        long position = journal.start();
        for (var entry : TestLog.entries(journal.readFrom(position))) {
            assertThat(entry).isInstanceOf(JournalEntry.Intact.class);
            var intact = (JournalEntry.Intact) entry;
            position++;
            assertThat(intact.position()).isEqualTo(position);
            assertThat(TestLog.same(intact.record(), model.all.get((int) position - 1))).isTrue();
        }
        assertThat(position).isEqualTo(journal.last());
        // What recovery has shown counts as promised from then on.
        model.acknowledged = journal.last();
    }

    /** At every step of a start, then at every step of the next, and of the one after that. */
    @Test
    void aStartThatIsCutOffAtEveryStepThreeTimesOnEndLosesNothing() throws IOException {
        var maker = new Maker(3);
        var disk = new FaultyDisk();
        var mark = new MemoryMark();
        var random = new Random(3);
        var model = new Model();
        var journal = open(disk, mark, random);
        for (int i = 0; i < 60; i++) {
            var commit = maker.commit(1 + i % 3, 8);
            model.all.add(commit);
            TestLog.write(journal, commit);
            if (i == 40) {
                model.trimmed = 20;
                journal.trim(model.trimmed);
            }
        }
        model.acknowledged = model.all.size();
        var torn = disk.crash(1);
        journal.close();

        int interrupted = startAndCutOff(torn, mark, model, 3);

        assertThat(interrupted).isGreaterThan(300);
    }

    /** How many starts were cut off, in all. */
    private static int startAndCutOff(FaultyDisk found, LogMark mark, Model model, int times)
            throws IOException {
        int interrupted = 0;
        boolean cut = true;
        for (int step = 0; cut; step++) {
            var disk = found.copy();
            disk.powerOffAfter(step);
            cut = isCutOff(disk, mark, step);
            var after = disk.crash(step);
            interrupted += cut ? 1 : 0;
            if (times > 1) {
                interrupted += startAndCutOff(after, mark, model, times - 1);
            } else {
                try (var journal = open(after, mark, new Random(step))) {
                    check(journal, model);
                }
            }
        }
        return interrupted;
    }

    private static boolean isCutOff(FaultyDisk disk, LogMark mark, int step) throws IOException {
        try (var journal = open(disk, mark, new Random(step))) {
            TestLog.damages(journal);
            return false;
        } catch (IOException e) {
            assertThat(e).hasStackTraceContaining("the power is off");
            return true;
        }
    }

    @Test
    void losesTheNamesOfTrimmedSegmentsInAnyOrder() throws IOException {
        for (long seed = 0; seed < 40; seed++) {
            var maker = new Maker(seed);
            var disk = new FaultyDisk();
            var journal = TestLog.open(disk, seed);
            for (int i = 0; i < 120; i++) {
                TestLog.write(journal, maker.commit(1, 8));
                if (i % 30 == 29) {
                    journal.trim(journal.durable() - 5);
                }
            }
            disk = disk.crash(seed);
            journal.close();
            try (var after = TestLog.open(disk, seed + 1)) {
                assertThat(after.damages()).as("seed %d", seed).isEmpty();
                assertThat(after.last()).isEqualTo(120);
                assertThat(TestLog.records(after)).hasSize((int) (120 - after.start()));
            }
        }
    }
}

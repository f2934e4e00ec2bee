package dev.atoll.node.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.disk.FaultyDisk;
import dev.atoll.node.journal.TestLog.Maker;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** After a quiet moment, damage to the last records is not taken for a batch that was torn. */
class CoveringTest {
    private static final JournalSettings SOON = TestLog.smallCovering(Duration.ofMillis(1));

    private final Maker maker = new Maker(7);
    private FaultyDisk disk = new FaultyDisk();

    @Test
    void tellsDamageToTheLastRecordFromATornBatch() throws IOException {
        try (var journal = TestLog.open(disk, SOON, 1)) {
            TestLog.write(journal, maker.commit(1, 1));
            awaitBlocks(2);
            disk = disk.kill();
        }
        for (int bit = 0; bit < BatchHeader.BYTES * 8; bit++) {
            check(disk.copy(), 4096 * 8L + bit, 0);
        }
        for (int at = BatchHeader.BYTES; at < 400; at++) {
            check(disk.copy(), (4096 + at) * 8L, 1);
        }
        // What the mark itself says is of no use to anybody when it is damaged.
        for (int bit = 0; bit < BatchHeader.BYTES * 8; bit++) {
            check(disk.copy(), 2 * 4096 * 8L + bit, 0);
        }
    }

    private static void check(FaultyDisk found, long bit, int lost) throws IOException {
        found.flip(SegmentFiles.segmentPath(TestLog.FOLDER, 1), bit);
        try (var journal = TestLog.open(found, 2)) {
            assertThat(journal.last()).as("bit %d", bit).isEqualTo(1);
            assertThat(TestLog.records(journal)).as("bit %d", bit).hasSize(1 - lost);
            assertThat(TestLog.damages(journal).size())
                    .as("bit %d", bit)
                    .isGreaterThanOrEqualTo(lost);
        }
    }

    @Test
    void writesOneMarkForAQuietMoment() throws IOException {
        try (var journal = TestLog.open(disk, SOON, 1)) {
            TestLog.write(journal, maker.commit(1, 1));
            awaitBlocks(2);
            TestLog.write(journal, maker.commit(1, 1));
            awaitBlocks(4);
        }
        // Closing adds no second one either.
        assertThat(blocks()).isEqualTo(4);
    }

    @Test
    void coversWhatRecoveryFound() throws IOException {
        try (var journal = TestLog.open(disk, 1)) {
            TestLog.write(journal, maker.commit(1, 1));
            disk = disk.kill();
        }
        var second = SegmentFiles.segmentPath(TestLog.FOLDER, 2);
        try (var journal = TestLog.open(disk, SOON, 2)) {
            assertThat(journal.last()).isEqualTo(1);
            await(() -> disk.exists(second) && disk.peek(second)[4096] != 0);
            disk = disk.kill();
        }
        disk.flip(SegmentFiles.segmentPath(TestLog.FOLDER, 1), (4096 + 200) * 8L);
        try (var journal = TestLog.open(disk, 3)) {
            assertThat(TestLog.damages(journal)).hasSize(1);
        }
    }

    private void awaitBlocks(int count) throws IOException {
        await(() -> blocks() == count);
    }

    /** How many blocks of the first segment hold batches. */
    private int blocks() throws IOException {
        byte[] bytes = disk.peek(SegmentFiles.segmentPath(TestLog.FOLDER, 1));
        int count = 0;
        for (int at = SegmentHeader.BLOCK_BYTES; at < bytes.length; at += 4096) {
            count += bytes[at] == 0 ? 0 : 1;
        }
        return count;
    }

    private interface Condition {
        boolean isMet() throws IOException;
    }

    private static void await(Condition condition) throws IOException {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!condition.isMet()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}

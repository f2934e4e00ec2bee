package dev.atoll.node.journal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.disk.FaultyDisk;
import dev.atoll.node.journal.TestLog.Maker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A log whose end never reached the disk, cut at every byte. */
class TornLogTest {
    private static final Path SEGMENT = SegmentFiles.segmentPath(TestLog.FOLDER, 1);
    private final Maker maker = new Maker(2);

    @Test
    void endsAtTheLastWholeRecordWhereverItWasCut() throws IOException {
        var disk = new FaultyDisk();
        var wrote = new ArrayList<JournalRecord>();
        var ends = new ArrayList<Integer>();
        FaultyDisk written;
        var journal = TestLog.open(disk, 1);
        try (journal) {
            for (int i = 0; i < 4; i++) {
                wrote.add(maker.commit(i % 2 + 1, i + 1));
                TestLog.write(journal, wrote.getLast());
                ends.add(end(disk.peek(SEGMENT)));
            }
            written = disk.copy();
        }
        byte[] whole = written.peek(SEGMENT);
        int previous = -1;
        for (int cut = ends.get(1); cut <= ends.get(3); cut++) {
            var torn = written.copy();
            byte[] zeros = new byte[whole.length - cut];
            if (cut > ends.get(1) && whole[cut - 1] == 0) {
                continue;
            }
            torn.poke(SEGMENT, cut, zeros);
            int kept = checkPrefix(torn, wrote, cut);
            assertThat(kept).as("cut at %d", cut).isGreaterThanOrEqualTo(Math.max(2, previous));
            previous = kept;
        }
        assertThat(previous).isEqualTo(4);
    }

    /** The last two batches hold several records each; behind the cut is what was there before. */
    @Test
    void endsAtTheLastWholeRecordInAFileThatHeldOthersBefore() throws IOException {
        var disk = new FaultyDisk();
        var wrote = new ArrayList<JournalRecord>();
        var written = disk;
        var change = Optional.<Change>empty();
        try (var journal = TestLog.open(disk, 1);
                var batches = new TestLog.Batches(journal)) {
            for (int round = 0; change.isEmpty(); round++) {
                assertThat(round).as("rounds without a file that is used anew").isLessThan(1_000);
                write(batches, wrote, 20);
                journal.trim(journal.durable());
                var before = disk.copy();
                write(batches, wrote, 3);
                write(batches, wrote, 3);
                written = disk.copy();
                change = findChange(before, written);
            }
        }
        var last = change.get();
        int previous = wrote.size() - 6;
        int cuts = 0;
        for (int cut = last.start(); cut <= last.end(); cut++) {
            if (cut == last.start() || last.differsAt(cut - 1)) {
                var torn = written.copy();
                torn.poke(last.segment(), cut, last.before(cut));
                int kept = checkPrefix(torn, wrote, cut);
                assertThat(kept).as("cut at %d", cut).isGreaterThanOrEqualTo(previous);
                previous = kept;
                cuts++;
            }
        }
        assertThat(previous).isEqualTo(wrote.size());
        // All but the few where the same byte was there before.
        assertThat(cuts).isGreaterThan(2_000);
    }

    private void write(TestLog.Batches batches, List<JournalRecord> wrote, int count)
            throws IOException {
        var records = new ArrayList<JournalRecord>();
        for (int i = 0; i < count; i++) {
            records.add(maker.commit(i % 2 + 1, 1));
        }
        batches.write(records);
        wrote.addAll(records);
    }

    /** What was written into a segment. */
    private static final class Change {
        private final Path segment;
        private final byte[] before;
        private final byte[] after;

        Change(Path segment, byte[] before, byte[] after) {
            this.segment = segment;
            this.before = before;
            this.after = after;
        }

        Path segment() {
            return segment;
        }

        int start() {
            return Arrays.mismatch(before, after);
        }

        int end() {
            int end = after.length;
            while (!differsAt(end - 1)) {
                end--;
            }
            return end;
        }

        boolean differsAt(int at) {
            return before[at] != after[at];
        }

        /** What was there from that byte on. */
        byte[] before(int from) {
            return Arrays.copyOfRange(before, from, before.length);
        }

        boolean isOverOtherBytes() {
            return !new String(before, start(), end() - start(), ISO_8859_1)
                    .chars()
                    .allMatch(value -> value == 0);
        }
    }

    /** If it is within one segment, whose file has been one before. */
    private static Optional<Change> findChange(FaultyDisk before, FaultyDisk after)
            throws IOException {
        var changes = new ArrayList<Change>();
        for (var path : after.list(TestLog.FOLDER)) {
            if (path.toString().endsWith(".segment")
                    && (!before.exists(path)
                            || !Arrays.equals(before.peek(path), after.peek(path)))) {
                changes.add(
                        new Change(
                                path,
                                before.exists(path) ? before.peek(path) : new byte[0],
                                after.peek(path)));
            }
        }
        return changes.size() == 1
                ? changes.stream().filter(Change::isOverOtherBytes).findFirst()
                : Optional.empty();
    }

    @Test
    void keepsTheWholeRecordsOfATornBatch() throws IOException {
        // The header and the directory reached the disk, the last record did not.
        var disk = new FaultyDisk();
        var wrote = new ArrayList<JournalRecord>();
        try (var journal = TestLog.open(disk, 1)) {
            TestLog.write(journal, maker.commit(1, 1));
        }
        var settings = TestLog.SMALL;
        var batch = new BatchBuffer(settings);
        var path = SegmentFiles.segmentPath(TestLog.FOLDER, 1);
        var file = disk.open(path, dev.atoll.node.disk.OpenMode.WRITE);
        var block = java.nio.ByteBuffer.allocate(SegmentHeader.BLOCK_BYTES);
        file.readFully(block, 0);
        var segment = new Segment(path, SegmentHeader.parse(block.flip()).orElseThrow(), file);
        int at = end(disk.peek(path));
        batch.begin(segment, at, 1);
        long second = 0;
        for (int i = 0; i < 2; i++) {
            var commit = maker.commit(1, 1);
            wrote.add(commit);
            second = batch.nextAddress();
            batch.add(2L + i, commit, new RecordCodec.Parts(8192, List.of()), 0);
        }
        batch.write(new BatchHeader.Known(1, new BatchHeader.Start(1, 0), 0));
        disk.flip(path, (second % settings.segmentBytes() + 200) * 8);
        for (int round = 0; round < 3; round++) {
            try (var journal = TestLog.open(disk, 2 + round)) {
                assertThat(journal.last()).isEqualTo(2 + round);
                assertThat(TestLog.damages(journal)).isEmpty();
                var read = TestLog.records(journal);
                assertThat(TestLog.same(read.get(2L), wrote.getFirst())).isTrue();
                TestLog.write(journal, maker.commit(2, 1));
            }
        }
    }

    /** Behind the last byte that is not zero, in blocks. */
    private static int end(byte[] bytes) {
        int end = bytes.length;
        while (bytes[end - 1] == 0) {
            end--;
        }
        return BatchHeader.padded(end);
    }

    /** The position up to which it goes: all up to there is whole, and nothing else is there. */
    private int checkPrefix(FaultyDisk torn, List<JournalRecord> wrote, int cut)
            throws IOException {
        int kept;
        JournalRecord more = maker.commit(9, 1);
        try (var journal = TestLog.open(torn, cut)) {
            kept = (int) journal.last();
            var read = TestLog.records(journal);
            assertThat(read).as("cut at %d", cut).hasSize(kept - (int) journal.start());
            for (var record : read.entrySet()) {
                var expected = wrote.get((int) (record.getKey() - 1));
                assertThat(TestLog.same(record.getValue(), expected)).isTrue();
            }
            assertThat(TestLog.damages(journal)).as("cut at %d", cut).isEmpty();
            assertThat(TestLog.write(journal, more)).isEqualTo(kept + 1);
        }
        // What was cut off stays away after the next record, too.
        try (var journal = TestLog.open(torn, cut + 1)) {
            assertThat(journal.last()).as("cut at %d", cut).isEqualTo(kept + 1);
            var read = TestLog.records(journal);
            assertThat(TestLog.same(read.get(kept + 1L), more)).isTrue();
            assertThat(TestLog.damages(journal)).as("cut at %d", cut).isEmpty();
        }
        return kept;
    }

    @Test
    void startsAnewWhereNothingWasWritten() throws IOException {
        var disk = new FaultyDisk();
        TestLog.open(disk, 1).close();
        try (var journal = TestLog.open(disk, 2)) {
            assertThat(journal.last()).isZero();
            assertThat(TestLog.write(journal, maker.commit(1, 1))).isEqualTo(1);
        }
        assertThat(Arrays.stream(disk.list(TestLog.FOLDER).toArray()).toList()).isNotEmpty();
    }
}

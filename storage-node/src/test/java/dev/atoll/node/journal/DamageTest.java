package dev.atoll.node.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.node.disk.FaultyDisk;
import dev.atoll.node.disk.OpenMode;
import dev.atoll.node.journal.TestLog.Batches;
import dev.atoll.node.journal.TestLog.Maker;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bits that turned after they were durable: found, named, and harming one record at most. */
class DamageTest {
    private static final Path FIRST = SegmentFiles.segmentPath(TestLog.FOLDER, 1);
    private static final int FLIPS = 1_500;

    /** Of the records, of the batches they come in, and of the bits; -Datoll.test.seed sets it. */
    private static final long SEED = Long.getLong("atoll.test.seed", new Random().nextLong());

    private final Random random = new Random(SEED);
    private final FaultyDisk disk = new FaultyDisk();
    private final List<JournalRecord> wrote = new ArrayList<>();

    @BeforeEach
    void write() throws IOException {
        var maker = new Maker(SEED);
        try (var journal = TestLog.open(disk, 1);
                var batches = new Batches(journal)) {
            while (wrote.size() < 150) {
                // Batches of one record have a directory of one entry; others fill a segment.
                int count = random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(40);
                for (int i = 0; i < count; i++) {
                    int pages = wrote.size() == 20 ? 60 : 1 + wrote.size() % 3;
                    wrote.add(maker.commit(wrote.size() % 4 + 1, pages));
                }
                batches.write(wrote.subList(wrote.size() - count, wrote.size()));
            }
        }
    }

    @Test
    void losesOneRecordAtMostByOneBit() throws IOException {
        int used = used(disk.peek(FIRST));
        int harmed = 0;
        for (int i = 0; i < FLIPS; i++) {
            long bit = random.nextLong(used * 8L);
            var flipped = disk.copy();
            flipped.flip(FIRST, bit);
            harmed += check(flipped, "bit " + bit);
        }
        assertThat(harmed).isPositive();
    }

    @Test
    void losesNothingByABitOfAHeader() throws IOException {
        for (long bit = 0; bit < BatchHeader.BYTES * 8; bit++) {
            var flipped = disk.copy();
            flipped.flip(FIRST, SegmentHeader.BLOCK_BYTES * 8L + bit);
            assertThat(check(flipped, "batch header, bit " + bit)).isZero();
            flipped = disk.copy();
            flipped.flip(FIRST, bit);
            assertThat(check(flipped, "segment header, bit " + bit)).isZero();
        }
    }

    @Test
    void losesNothingByABitOfTheLastDirectoryOfASegment() throws IOException {
        // Behind it are zeros only, and the next segment says that there were records.
        int seen = 0;
        for (var path : disk.list(TestLog.FOLDER)) {
            var last = lastBatch(path);
            if (last.isEmpty() || last.get().header().count() == 0) {
                continue;
            }
            var header = last.get().header();
            seen++;
            for (int at = header.directoryAt(); at < header.length(); at++) {
                var flipped = disk.copy();
                flipped.flip(path, (last.get().offset() + at) * 8 + random.nextInt(8));
                assertThat(check(flipped, path + ", directory, byte " + at)).isZero();
            }
        }
        assertThat(seen).as("seed %d", SEED).isPositive();
    }

    private Optional<BatchWalk.Batch> lastBatch(Path path) throws IOException {
        if (SegmentFiles.number(path, "segment").isEmpty()) {
            return Optional.empty();
        }
        var header = SegmentHeader.parse(ByteBuffer.wrap(disk.peek(path))).orElseThrow();
        var walk = new BatchWalk(new Segment(path, header, disk.open(path, OpenMode.READ)));
        BatchWalk.Batch last = null;
        for (var step = walk.next(header.segmentBytes());
                step.isPresent();
                step = walk.next(header.segmentBytes())) {
            last = step.get() instanceof BatchWalk.Batch batch ? batch : last;
        }
        return Optional.ofNullable(last);
    }

    @Test
    void losesOneRecordAtMostInAnySegment() throws IOException {
        long last = disk.list(TestLog.FOLDER).size();
        int seen = 0;
        for (long index = 1; index <= last; index++) {
            var path = SegmentFiles.segmentPath(TestLog.FOLDER, index);
            if (!disk.exists(path) || used(disk.peek(path)) <= SegmentHeader.BLOCK_BYTES) {
                continue;
            }
            seen++;
            int end = used(disk.peek(path)) / SegmentHeader.BLOCK_BYTES;
            for (int block = 1; block < end; block++) {
                for (int at = 0; at < SegmentHeader.BLOCK_BYTES; at += 37) {
                    var flipped = disk.copy();
                    flipped.flip(path, (block * (long) SegmentHeader.BLOCK_BYTES + at) * 8 + 3);
                    check(flipped, path + ", block " + block + ", byte " + at);
                }
            }
        }
        assertThat(seen).isGreaterThan(1);
    }

    /** Returns how many records are lost; all others must be as they were. */
    private int check(FaultyDisk flipped, String flip) throws IOException {
        var what = "seed " + SEED + ", " + flip;
        try (var journal = TestLog.open(flipped, 5)) {
            assertThat(journal.last()).as(what).isEqualTo(wrote.size());
            var read = TestLog.records(journal);
            for (var entry : read.entrySet()) {
                assertThat(TestLog.same(entry.getValue(), wrote.get((int) (entry.getKey() - 1))))
                        .as(what)
                        .isTrue();
            }
            var damages = TestLog.damages(journal);
            int lost = wrote.size() - read.size();
            assertThat(lost).as(what).isBetween(0, 1);
            if (lost == 1) {
                assertThat(damages).as(what).hasSize(1);
                var damage = damages.getFirst();
                assertThat(damage.allKnown()).as(what).isTrue();
                assertThat(damage.harmed().getFirst().incarnation())
                        .as(what)
                        .isEqualTo(wrote.get((int) damage.upTo() - 1).origin().incarnation());
                assertThat(damage.file()).endsWith(".segment");
            }
            return lost;
        }
    }

    @Test
    void namesTheFileAndTheOffsetOfABadRecord() throws IOException {
        long address;
        try (var journal = TestLog.open(disk, 5)) {
            address =
                    ((JournalEntry.Listed) TestLog.entries(journal.listFrom(0)).getFirst())
                            .address();
        }
        long offset = address % TestLog.SMALL.segmentBytes();
        disk.flip(FIRST, (offset + 150) * 8);
        try (var journal = TestLog.open(disk, 6)) {
            assertThat(TestLog.damages(journal))
                    .singleElement()
                    .hasToString(
                            "0000000000000001.segment at offset "
                                    + offset
                                    + ": 1 records lost, positions 1 to 1, of which known:"
                                    + " [COMMIT shard=7 incarnation=0000000000000001 commit=1]");
            assertThatThrownBy(() -> journal.read(address))
                    .isInstanceOfSatisfying(
                            Failure.class,
                            e -> {
                                assertThat(e.reason()).isEqualTo(Reason.CORRUPTION);
                                assertThat(e).hasMessageContaining("0000000000000001.segment");
                                assertThat(e).hasMessageContaining("offset " + offset);
                            });
        }
    }

    @Test
    void reportsASectorThatIsGone() throws IOException {
        // The first batch's header and records; the rest of the log is read all the same.
        disk.poke(FIRST, SegmentHeader.BLOCK_BYTES, new byte[512]);
        try (var journal = TestLog.open(disk, 5)) {
            assertThat(journal.damages()).isNotEmpty();
            assertThat(journal.last()).isEqualTo(wrote.size());
            TestLog.write(journal, wrote.getFirst());
        }
    }

    @Test
    void reportsASegmentThatIsGone() throws IOException {
        var path = SegmentFiles.segmentPath(TestLog.FOLDER, 1);
        disk.delete(path);
        try (var journal = TestLog.open(disk, 5)) {
            assertThat(journal.last()).isEqualTo(wrote.size());
            assertThat(journal.damages())
                    .first()
                    .satisfies(
                            damage -> {
                                assertThat(damage.file()).isEqualTo("0000000000000001.segment");
                                assertThat(damage.allKnown()).isFalse();
                            });
        }
    }

    @Test
    void refusesFilesOfAnotherLog() throws IOException {
        var other = new FaultyDisk();
        try (var journal = TestLog.open(other, 77)) {
            var maker = new Maker(8);
            for (int i = 0; i < 60; i++) {
                TestLog.write(journal, maker.commit(1, 8));
            }
        }
        var second = SegmentFiles.segmentPath(TestLog.FOLDER, 2);
        disk.poke(second, 0, java.util.Arrays.copyOf(other.peek(second), 4096));
        assertThatThrownBy(() -> TestLog.open(disk, 5))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("belongs to another log");
    }

    private static int used(byte[] bytes) {
        int end = bytes.length;
        while (bytes[end - 1] == 0) {
            end--;
        }
        return end;
    }
}

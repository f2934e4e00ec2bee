package dev.atoll.node.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.disk.FaultyDisk;
import dev.atoll.node.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/**
 * The bytes of format 1, as journal-format-1.hex has them: a log that one version wrote is read by
 * the next.
 */
class JournalFormatTest {
    private static final int LINE_BYTES = 32;

    @Test
    void writesTheBytesOfItsFormat() throws IOException {
        var disk = new FaultyDisk();
        try (var journal = TestLog.open(disk, 42)) {
            var origin = new Origin(5, 9, 0x0102030405060708L, 1_700_000_000_000_000L);
            var page = new byte[512];
            for (int i = 0; i < 40; i++) {
                page[i] = (byte) (i + 1);
                page[511 - i] = (byte) (100 + i);
            }
            var full = new byte[512];
            Arrays.fill(full, (byte) 0x55);
            var pages = PageImages.builder(512, 2).put(1, page, 0).put(3, full, 0).build();
            var commit =
                    new JournalRecord.Commit(
                            origin, 1, 0x0a0b0c0d, new DatabaseState(3, 77, 2), pages);
            var attached =
                    new JournalRecord.Commit(
                            origin,
                            2,
                            commit.checksum(),
                            new DatabaseState(3, 77, 2),
                            PageImages.builder(512, 1).put(3, full, 0).build(),
                            new byte[] {1, 2, 3});
            TestLog.write(journal, new JournalRecord.Create(origin, "user:alice"));
            TestLog.write(journal, commit);
            TestLog.write(journal, new JournalRecord.Fold(origin, 1, commit.checksum()));
            TestLog.write(journal, new JournalRecord.Delete(origin, "user:alice"));
            TestLog.write(journal, attached);
        }
        var bytes = disk.peek(SegmentFiles.segmentPath(TestLog.FOLDER, 1));
        assertThat(dump(bytes)).isEqualTo(golden());
    }

    @Test
    void readsTheBytesOfItsFormat() throws IOException {
        var bytes = new byte[(int) TestLog.SMALL.segmentBytes()];
        golden().lines()
                .forEach(
                        line -> {
                            var words = line.split(" ", 2);
                            byte[] some = HexFormat.of().parseHex(words[1]);
                            int at = Integer.parseInt(words[0], 16);
                            System.arraycopy(some, 0, bytes, at, some.length);
                        });
        var disk = new FaultyDisk();
        var path = SegmentFiles.segmentPath(TestLog.FOLDER, 1);
        try (var file = disk.open(path, OpenMode.CREATE_NEW)) {
            file.write(ByteBuffer.wrap(bytes), 0);
        }
        try (var journal = TestLog.open(disk, 1)) {
            assertThat(TestLog.records(journal).values())
                    .extracting(record -> record.getClass().getSimpleName())
                    .containsExactly("Create", "Commit", "Fold", "Delete", "Commit");
            assertThat(journal.damages()).isEmpty();
        }
    }

    private static String golden() throws IOException {
        try (var in = JournalFormatTest.class.getResourceAsStream("journal-format-1.hex")) {
            assertThat(in).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The lines that are not all zero: offset and bytes. */
    private static String dump(byte[] bytes) {
        var text = new StringBuilder();
        for (int at = 0; at < bytes.length; at += LINE_BYTES) {
            var line = HexFormat.of().formatHex(bytes, at, at + LINE_BYTES);
            if (!line.chars().allMatch(c -> c == '0')) {
                text.append("%06x %s\n".formatted(at, line));
            }
        }
        return text.toString();
    }
}

package dev.atoll.node.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.node.disk.FaultyDisk;
import dev.atoll.node.journal.TestLog.Maker;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What the dump prints, and that it only looks. */
class JournalDumpTest {
    private final FaultyDisk disk = new FaultyDisk();
    private final StringWriter printed = new StringWriter();

    private int print() throws IOException {
        return print(disk);
    }

    private int print(FaultyDisk disk) throws IOException {
        return JournalDump.print(disk, TestLog.FOLDER, new PrintWriter(printed, true));
    }

    @Test
    void printsALineForEachRecordOfARunningLog() throws IOException {
        try (var journal = TestLog.open(disk, 1)) {
            var origin = new Origin(1, 2, 0xabc, 1_700_000_000_000_000L);
            TestLog.write(journal, new JournalRecord.Create(origin, "user:alice"));
            TestLog.write(journal, new Maker(1).commit(5, 20));
            TestLog.write(journal, new JournalRecord.Fold(origin, 7, 0x1234));
            // The log itself prepares its next segment meanwhile.
            var still = disk.copy();
            int writes = still.writes();
            int syncs = still.syncs();
            assertThat(print(still)).isZero();
            assertThat(still.writes()).isEqualTo(writes);
            assertThat(still.syncs()).isEqualTo(syncs);
        }
        assertThat(printed.toString().lines())
                .hasSize(4)
                .satisfiesExactly(
                        line ->
                                assertThat(line)
                                        .matches(
                                                "log [0-9a-f]{16}, 1 segments of 65536 bytes,"
                                                        + " needed from 0000000000000001.segment on,"
                                                        + " last position 3"),
                        line ->
                                assertThat(line)
                                        .isEqualTo(
                                                "1 0000000000000001.segment+4168 CREATE shard=1"
                                                        + " epoch=2 incarnation=0000000000000abc"
                                                        + " time=2023-11-14T22:13:20Z"
                                                        + " key=user:alice"),
                        line ->
                                assertThat(line)
                                        .contains(" COMMIT shard=7 ", " commit=1 previous=00000000")
                                        .containsPattern(
                                                "pages=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,…"
                                                        + " \\(20\\)( attached=\\d+)?$"),
                        line -> assertThat(line).endsWith(" commit=7 checksum=00001234"));
    }

    @Test
    void namesDamage() throws IOException {
        try (var journal = TestLog.open(disk, 1)) {
            TestLog.write(journal, new Maker(1).commit(5, 1));
        }
        disk.flip(SegmentFiles.segmentPath(TestLog.FOLDER, 1), (4096 + 200) * 8L);
        assertThat(print()).isEqualTo(1);
        assertThat(printed.toString())
                .contains("DAMAGED 0000000000000001.segment at offset 4168: 1 records lost");
    }

    @Test
    void saysWhereThereIsNone() {
        assertThatThrownBy(this::print).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void printsALogThatIsTrimmedMeanwhile() throws Exception {
        try (var journal = TestLog.open(disk, 1)) {
            var maker = new Maker(1);
            TestLog.write(journal, maker.commit(1, 8));
            var goOn = new AtomicBoolean(true);
            var writing =
                    CompletableFuture.runAsync(
                            () -> {
                                while (goOn.get()) {
                                    trimAll(journal, maker);
                                }
                            });
            for (int i = 0; i < 200; i++) {
                assertThat(print()).as("%s", printed).isZero();
                printed.getBuffer().setLength(0);
            }
            goOn.set(false);
            writing.get(20, TimeUnit.SECONDS);
        }
    }

    private static void trimAll(Journal journal, Maker maker) {
        try {
            TestLog.write(journal, maker.commit(1, 20));
            journal.trim(journal.durable());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

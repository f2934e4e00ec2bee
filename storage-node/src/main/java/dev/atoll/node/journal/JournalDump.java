package dev.atoll.node.journal;

import dev.atoll.node.disk.Disk;
import dev.atoll.node.disk.OpenMode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Prints what is in a journal, a line a record, without changing anything; the node may be running.
 * Stateless.
 */
public final class JournalDump {
    /** So many page numbers tell what kind of commit it is. */
    private static final int PAGES_SHOWN_MAX = 16;

    private JournalDump() {}

    /**
     * Prints the journal in that folder; returns how many damaged places there are. Throws
     * IOException if there is no journal, or one that this version cannot read.
     */
    public static int print(Disk disk, Path directory, PrintWriter out) throws IOException {
        var settings = settings(disk, directory);
        var found =
                new Recovery(
                                new FileJournal.Place(disk, directory),
                                settings,
                                Recovery.Mode.LOOK,
                                LogMark.NONE)
                        .run();
        try {
            out.printf(
                    "log %016x, %d segments of %d bytes, needed from %s on, last position %d%n",
                    found.logId().orElse(0L),
                    found.segments().size(),
                    settings.segmentBytes(),
                    name(found.start().segment()),
                    found.last());
            for (var damage : found.files().damages()) {
                out.println("DAMAGED " + damage);
            }
            int damaged = found.files().damages().size();
            return damaged + printRecords(found, settings.segmentBytes(), out);
        } finally {
            for (var segment : found.segments()) {
                segment.file().close();
            }
        }
    }

    private static int printRecords(Recovery.Found found, long segmentBytes, PrintWriter out)
            throws IOException {
        if (found.segments().isEmpty()) {
            return 0;
        }
        var segments = new SegmentList(found.segments(), found.start());
        var source =
                new LogReader.Source(segments, new RecordFetch(segments, segmentBytes), _ -> {});
        int damaged = 0;
        long start = segments.start().orElseThrow();
        try (var reader = new LogReader(source, start, true)) {
            for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                switch (entry.get()) {
                    case JournalEntry.Intact intact -> out.println(line(intact, segmentBytes));
                    case JournalEntry.Damaged damage -> {
                        out.println("DAMAGED " + damage.damage());
                        damaged++;
                    }
                    case JournalEntry.Listed listed ->
                            throw new IllegalStateException("not asked for: " + listed);
                }
            }
        }
        return damaged;
    }

    private static String line(JournalEntry.Intact entry, long segmentBytes) {
        var origin = entry.record().origin();
        var line = new StringBuilder();
        line.append(entry.position())
                .append(' ')
                .append(name(entry.address() / segmentBytes))
                .append('+')
                .append(entry.address() % segmentBytes)
                .append(' ')
                .append(RecordCodec.kind(entry.record()))
                .append(" shard=")
                .append(origin.shard())
                .append(" epoch=")
                .append(origin.epoch())
                .append(" incarnation=")
                .append("%016x".formatted(origin.incarnation()))
                .append(" time=")
                .append(Instant.EPOCH.plus(origin.timeMicros(), ChronoUnit.MICROS));
        switch (entry.record()) {
            case JournalRecord.Commit commit -> commit(line, commit);
            case JournalRecord.Create create -> line.append(" key=").append(create.key());
            case JournalRecord.Delete delete -> line.append(" key=").append(delete.key());
            case JournalRecord.Fold fold ->
                    line.append(" commit=")
                            .append(fold.commit())
                            .append(" checksum=")
                            .append("%08x".formatted(fold.checksum()));
        }
        return line.toString();
    }

    private static void commit(StringBuilder line, JournalRecord.Commit commit) {
        line.append(" commit=")
                .append(commit.commit())
                .append(" previous=")
                .append("%08x".formatted(commit.previousChecksum()))
                .append(" checksum=")
                .append("%08x".formatted(commit.checksum()))
                .append(" database=")
                .append(commit.state().pageCount())
                .append('x')
                .append(commit.pages().pageSize())
                .append(" alarm=")
                .append(commit.state().nextAlarmMicros())
                .append(" schema=")
                .append(commit.state().schemaVersion())
                .append(" pages=");
        int count = commit.pages().count();
        for (int i = 0; i < Math.min(count, PAGES_SHOWN_MAX); i++) {
            line.append(i == 0 ? "" : ",").append(commit.pages().number(i));
        }
        if (count > PAGES_SHOWN_MAX) {
            line.append(",… (").append(count).append(')');
        }
    }

    private static String name(long index) {
        return SegmentFiles.segmentPath(Path.of(""), index).toString();
    }

    /** The sizes that the first readable segment names. */
    private static JournalSettings settings(Disk disk, Path directory) throws IOException {
        for (var path : disk.list(directory)) {
            if (SegmentFiles.number(path, "segment").isPresent()) {
                try (var file = disk.open(path, OpenMode.READ)) {
                    var block = ByteBuffer.allocate(SegmentHeader.BLOCK_BYTES);
                    file.readFully(block, 0);
                    var header = SegmentHeader.parse(block.flip());
                    if (header.isPresent()) {
                        var usual = JournalSettings.DEFAULT;
                        return new JournalSettings(
                                header.get().segmentBytes(),
                                usual.bytesMax(),
                                usual.waitingBytesMax(),
                                usual.reserveBytes(),
                                usual.coverAfter());
                    }
                }
            }
        }
        throw new NoSuchFileException(directory.toString(), null, "no journal is there");
    }
}

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
import java.util.List;
import java.util.Optional;

/**
 * Prints what is in a journal, a line a record, without changing anything; the node may be running.
 * Stateless.
 */
public final class JournalDump {
    /** So many page numbers tell what kind of commit it is. */
    private static final int PAGES_SHOWN_MAX = 16;

    /** A node trims twice a second at most, and looking takes less. */
    private static final int LOOKS_MAX = 50;

    private JournalDump() {}

    /**
     * Prints the journal in that folder; returns how many damaged places there are. Throws
     * IOException if there is no journal, or one that this version cannot read.
     */
    public static int print(Disk disk, Path directory, PrintWriter out) throws IOException {
        var place = new FileJournal.Place(disk, directory);
        var looked = look(place);
        var found = looked.found();
        long segmentBytes = looked.segmentBytes();
        try {
            out.printf(
                    "log %016x, %d segments of %d bytes, needed from %s on, last position %d%n",
                    found.logId().orElse(0L),
                    found.segments().size(),
                    segmentBytes,
                    name(found.start().segment()),
                    found.last());
            for (var damage : found.files().damages()) {
                out.println("DAMAGED " + damage);
            }
            int damaged = found.files().damages().size();
            return damaged + printRecords(found, segmentBytes, out);
        } finally {
            for (var segment : found.segments()) {
                segment.file().close();
            }
        }
    }

    /** Whether the journal in that folder is whole, and never held a record. */
    public static boolean isEmpty(Disk disk, Path directory) throws IOException {
        boolean begun =
                disk.list(directory).stream()
                        .anyMatch(path -> SegmentFiles.number(path, "segment").isPresent());
        if (!begun) {
            return true;
        }
        var found = look(new FileJournal.Place(disk, directory)).found();
        for (var segment : found.segments()) {
            segment.file().close();
        }
        return found.last() == 0 && found.files().damages().isEmpty();
    }

    private record Looked(Recovery.Found found, long segmentBytes) {}

    private static Looked look(FileJournal.Place place) throws IOException {
        for (int i = 1; ; i++) {
            try {
                var settings = settings(place.disk(), place.directory());
                var recovery = new Recovery(place, settings, Recovery.Mode.LOOK, LogMark.NONE);
                return new Looked(recovery.run(), settings.segmentBytes());
            } catch (Recovery.MovedOn e) {
                if (i == LOOKS_MAX) {
                    throw e;
                }
            } catch (IllegalArgumentException e) {
                // Its file was given to another segment between two reads.
                if (i == LOOKS_MAX) {
                    throw new IOException("journal: " + e.getMessage(), e);
                }
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
                        if (isUsedAgain(found.segments(), damage.damage())) {
                            out.println("TRIMMED meanwhile " + damage.damage().file());
                        } else {
                            out.println("DAMAGED " + damage.damage());
                            damaged++;
                        }
                    }
                    case JournalEntry.Listed listed ->
                            throw new IllegalStateException("not asked for: " + listed);
                }
            }
        } catch (IllegalArgumentException e) {
            // Its file was given to another segment between two reads.
            out.println("TRIMMED meanwhile: " + e.getMessage());
        }
        return damaged;
    }

    /** A running node may have trimmed the segment, and made another of its file. */
    private static boolean isUsedAgain(List<Segment> segments, Damage damage) throws IOException {
        for (var segment : segments) {
            if (segment.name().equals(damage.file())) {
                var block = ByteBuffer.allocate(SegmentHeader.BLOCK_BYTES);
                segment.file().readFully(block, 0);
                var now = SegmentHeader.parse(block.flip());
                return now.isPresent() && !now.get().equals(segment.header());
            }
        }
        return false;
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
        if (commit.attachment().hasRemaining()) {
            line.append(" attached=").append(commit.attachment().remaining());
        }
    }

    private static String name(long index) {
        return SegmentFiles.segmentPath(Path.of(""), index).toString();
    }

    /** The sizes that a readable segment names. */
    private static JournalSettings settings(Disk disk, Path directory) throws IOException {
        // The newest first: a running node may trim the others meanwhile.
        for (var path : disk.list(directory).reversed()) {
            if (SegmentFiles.number(path, "segment").isPresent()) {
                var header = header(disk, path);
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
        throw new NoSuchFileException(directory.toString(), null, "no journal is there");
    }

    private static Optional<SegmentHeader> header(Disk disk, Path path) throws IOException {
        try (var file = disk.open(path, OpenMode.READ)) {
            var block = ByteBuffer.allocate(SegmentHeader.BLOCK_BYTES);
            file.readFully(block, 0);
            return SegmentHeader.parse(block.flip());
        } catch (NoSuchFileException e) {
            throw new Recovery.MovedOn(e);
        }
    }
}

package dev.atoll.node.journal;

import dev.atoll.node.disk.Disk;
import dev.atoll.node.disk.DiskFile;
import dev.atoll.node.disk.OpenMode;
import dev.atoll.node.journal.BatchWalk.Batch;
import dev.atoll.node.journal.BatchWalk.Gap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Finds out, at start, how far the log reaches. One thread, once.
 *
 * <p>Reads headers and directories, and of the last batch the records. A place where no good batch
 * is, or where records are missing, ends the log, unless a later batch proves that they were
 * durable: then it is damage, and the log goes on. The bytes that end the log are written and
 * synced once more, for they may never have reached the disk. Doing all of it again does no harm.
 */
final class Recovery {
    private static final BatchHeader.Start FRESH = new BatchHeader.Start(1, 0);

    private static final int SCANS_AT_ONCE = 4;

    private final Disk disk;
    private final Path directory;
    private final JournalSettings settings;
    private final Mode mode;
    private final LogMark mark;
    private final List<DiskFile> opened = new ArrayList<>();
    private final List<Path> spares = new ArrayList<>();
    private final List<Damage> damages = new ArrayList<>();
    private final List<Segment> unopened = new ArrayList<>();
    private @Nullable Long logId;
    private final FoundIndexes indexes = new FoundIndexes();
    private boolean orderly = true;
    private boolean covered = true;

    /** {@code mark} says which log is expected. */
    Recovery(FileJournal.Place place, JournalSettings settings, Mode mode, LogMark mark) {
        this.disk = place.disk();
        this.directory = place.directory();
        this.settings = settings;
        this.mode = mode;
        this.mark = mark;
    }

    /** Whether anything is changed. */
    enum Mode {
        REPAIR,
        LOOK
    }

    /**
     * The log as it was found.
     *
     * @param segments that hold it, oldest first, open
     * @param last the position of its last record
     * @param start the oldest segment that is needed
     */
    record Found(
            Optional<Long> logId,
            List<Segment> segments,
            long last,
            BatchHeader.Start start,
            Files files) {}

    /**
     * What else was found.
     *
     * @param spares files to use again
     * @param nextIndex the index of the next segment
     * @param damages what readers cannot know of
     * @param orderly whether nothing was out of order: then readers find no damage outside records
     * @param covered whether a batch says that the last record is durable
     */
    record Files(
            List<Path> spares,
            long nextIndex,
            List<Damage> damages,
            boolean orderly,
            boolean covered) {}

    /** A running node trimmed the log while it was looked at: to be looked at once more. */
    static final class MovedOn extends IOException {
        private static final long serialVersionUID = 1L;

        MovedOn(@Nullable IOException cause) {
            super("the log was trimmed meanwhile", cause);
        }
    }

    /** A segment and the batches in it. */
    private static final class Scanned {
        private final Segment segment;
        private final List<Cut> cuts = new ArrayList<>();
        private @Nullable Batch first;
        private @Nullable Batch last;
        private @Nullable Batch lastWithRecords;
        private boolean orderly = true;
        private long durable;
        private BatchHeader.Start start = FRESH;

        Scanned(Segment segment) {
            this.segment = segment;
        }
    }

    /** A place where the log ends unless a later batch says that more was durable. */
    private record Cut(@Nullable Batch lastBefore, long after) {}

    Found run() throws IOException {
        try {
            return find();
        } catch (IOException e) {
            for (var file : opened) {
                file.close();
            }
            throw e;
        }
    }

    private Found find() throws IOException {
        if (mode == Mode.REPAIR) {
            disk.createDirectories(directory);
        }
        var scanned = scan(open().values());
        endAtUndurableGap(scanned);
        var start = FRESH;
        for (var one : scanned) {
            start = one.start.segment() > start.segment() ? one.start : start;
        }
        var live = live(scanned, start);
        checkThere(live);
        long newestIndex = live.isEmpty() ? 0 : live.getLast().segment.index();
        long last = live.isEmpty() ? start.position() : confirmTail(live.getLast());
        var lost = indexes.lostAtEnd(newestIndex);
        if (lost.isPresent()) {
            // Whatever was in it had positions: none of them is given out again.
            long next = last + settings.segmentBytes() / BatchHeader.BYTES;
            damages.add(new Damage(name(lost.getAsLong()), 0, last, next, List.of()));
            last = next;
        } else {
            // Else the next start would not see what this one has seen.
            demote();
        }
        return new Found(
                logId(),
                live.stream().map(one -> one.segment).toList(),
                last,
                start,
                new Files(
                        spares,
                        // Those that were only made ready are given up, and their indexes with
                        // them.
                        (lost.isPresent() ? indexes.newest() : newestIndex) + 1,
                        damages,
                        orderly,
                        covered));
    }

    private Optional<Long> logId() {
        // Where no header is left it is still this log.
        var expected = mark.find();
        return logId != null || expected.isEmpty()
                ? Optional.ofNullable(logId)
                : Optional.of(expected.getAsLong());
    }

    /** Throws, before anything is changed, if a log was here and none is. */
    private void checkThere(List<Scanned> live) throws IOException {
        var expected = mark.find();
        if (expected.isPresent() && live.isEmpty() && !indexes.isAnyLost()) {
            throw new IOException(directory + ": no log is there" + expected(expected.getAsLong()));
        }
    }

    /** What a log that is missing, or another one, means, and what can be done. */
    private String expected(long id) {
        return " (expected: log "
                + "%016x".formatted(id)
                + "; put back the files that were there: commits that the instances' files do not"
                + " have yet are nowhere else; "
                + mark.advice()
                + ")";
    }

    /** The segments of the log, with their tails set; the others are marked to be used again. */
    private List<Scanned> live(List<Scanned> all, BatchHeader.Start start) throws IOException {
        var live = new ArrayList<Scanned>();
        var unread = new ArrayList<Scanned>();
        long after = start.position();
        for (var one : all) {
            if (one.segment.index() < start.segment()) {
                unopened.add(one.segment);
            } else if (one.first == null) {
                unread.add(one);
            } else {
                orderly &= unread.isEmpty();
                if (!live.isEmpty()) {
                    boolean next = live.getLast().segment.index() + 1 == one.segment.index();
                    cutTail(live.getLast(), one.first.header().known().begin(), next);
                    after = live.getLast().segment.tail().after();
                }
                long begin = one.first.header().known().begin();
                // The first may begin with the rest of a commit, behind which the log starts.
                orderly &= begin == after || (live.isEmpty() && begin == after - 1);
                keepUnread(unread, live, after, begin);
                if (live.isEmpty() && begin > after) {
                    damages.add(new Damage(name(start.segment()), 0, after, begin, List.of()));
                }
                setTail(one);
                live.add(one);
            }
        }
        for (var one : unread) {
            unopened.add(one.segment);
        }
        return live;
    }

    /** Keeps segments in which no batch is good, if positions are missing where they are. */
    private void keepUnread(List<Scanned> unread, List<Scanned> live, long after, long begin) {
        long from = after;
        for (var one : unread) {
            if (from < begin) {
                one.segment.begin(from);
                one.segment.advance(begin, settings.segmentBytes());
                live.add(one);
                from = begin;
            } else {
                unopened.add(one.segment);
            }
        }
        unread.clear();
    }

    private static String name(long index) {
        return String.valueOf(SegmentFiles.segmentPath(Path.of(""), index).getFileName());
    }

    private Map<Long, Segment> open() throws IOException {
        var segments = new TreeMap<Long, Segment>();
        for (var path : disk.list(directory)) {
            if (SegmentFiles.number(path, "making").isPresent()) {
                if (mode == Mode.REPAIR) {
                    disk.delete(path);
                }
            } else if (SegmentFiles.number(path, "spare").isPresent()) {
                spares.add(path);
            } else if (SegmentFiles.number(path, "segment").isPresent()) {
                long index = SegmentFiles.number(path, "segment").get();
                open(path, index).ifPresent(segment -> segments.put(index, segment));
            }
        }
        return segments;
    }

    private Optional<Segment> open(Path path, long index) throws IOException {
        DiskFile file;
        try {
            file = disk.open(path, mode == Mode.REPAIR ? OpenMode.WRITE : OpenMode.READ);
        } catch (NoSuchFileException e) {
            throw mode == Mode.LOOK ? new MovedOn(e) : e;
        }
        opened.add(file);
        indexes.add(index);
        var block = ByteBuffer.allocate(SegmentHeader.BLOCK_BYTES);
        file.readFully(block, 0);
        var header = SegmentHeader.parse(block.flip());
        if (header.isEmpty()) {
            indexes.lost(index);
            file.close();
            return Optional.empty();
        }
        if (mode == Mode.LOOK && header.get().index() != index) {
            throw new MovedOn(null);
        }
        check(path, index, header.get());
        if (file.size() < settings.segmentBytes()) {
            // It had its length before it had this name.
            indexes.lost(index);
        }
        return Optional.of(new Segment(path, header.get(), file));
    }

    private void check(Path path, long index, SegmentHeader header) throws IOException {
        if (header.index() != index) {
            throw new IOException(
                    path + ": index " + header.index() + " (expected: " + index + ", as its name)");
        }
        if (header.segmentBytes() != settings.segmentBytes()) {
            throw new IOException(
                    "journal-segment-bytes: "
                            + settings.segmentBytes()
                            + " (expected: "
                            + header.segmentBytes()
                            + ", with which this journal was made: "
                            + path
                            + ")");
        }
        var expected = mark.find();
        if (expected.isPresent() && expected.getAsLong() != header.logId()) {
            throw new IOException(
                    path
                            + ": belongs to log "
                            + "%016x".formatted(header.logId())
                            + expected(expected.getAsLong()));
        }
        if (logId != null && logId != header.logId()) {
            throw new IOException(path + ": belongs to another log than the files before it");
        }
        logId = header.logId();
    }

    /** Several at once: a cold disk has more to give than one reader takes. */
    private List<Scanned> scan(Collection<Segment> segments) throws IOException {
        var scanned = new ArrayList<Scanned>();
        var threads = Thread.ofPlatform().name("journal-scan-", 0).factory();
        // Newest first where the log may grow meanwhile: then nothing is missing before a segment.
        int atOnce = mode == Mode.LOOK ? 1 : SCANS_AT_ONCE;
        try (var pool = Executors.newFixedThreadPool(atOnce, threads)) {
            var newestFirst = List.copyOf(segments).reversed();
            var running = newestFirst.stream().map(one -> pool.submit(() -> scan(one))).toList();
            for (var one : running.reversed()) {
                scanned.add(one.get());
            }
        } catch (ExecutionException e) {
            throw new IOException("journal " + directory + ": cannot be read", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("journal " + directory + ": interrupted", e);
        }
        for (var one : scanned) {
            orderly &= one.orderly;
        }
        return scanned;
    }

    private Scanned scan(Segment segment) throws IOException {
        var scanned = new Scanned(segment);
        boolean gap = false;
        var walk = new BatchWalk(segment);
        for (var step = walk.next(settings.segmentBytes());
                step.isPresent();
                step = walk.next(settings.segmentBytes())) {
            switch (step.get()) {
                case Gap _ -> {
                    // What it held shows in the positions of the batch behind it.
                    gap = true;
                }
                case Batch batch -> {
                    var last = scanned.last;
                    long after =
                            last == null ? batch.header().known().begin() : last.header().after();
                    scanned.orderly &= !gap && batch.header().before() == after;
                    if (batch.header().before() > after) {
                        scanned.cuts.add(new Cut(last, after));
                    }
                    if (scanned.first == null) {
                        scanned.first = batch;
                    }
                    scanned.last = batch;
                    if (batch.header().count() > 0) {
                        scanned.lastWithRecords = batch;
                    }
                    scanned.durable = Math.max(scanned.durable, batch.header().known().durable());
                    if (batch.header().known().start().segment() > scanned.start.segment()) {
                        scanned.start = batch.header().known().start();
                    }
                }
            }
        }
        return scanned;
    }

    /** Ends the log at the first place where records are missing that never were durable. */
    private static void endAtUndurableGap(List<Scanned> all) {
        long durable = 0;
        for (var one : all) {
            durable = Math.max(durable, one.durable);
        }
        for (int i = 0; i < all.size(); i++) {
            for (var cut : all.get(i).cuts) {
                if (cut.after() >= durable) {
                    all.get(i).last = cut.lastBefore();
                    all.get(i).first = cut.lastBefore() == null ? null : all.get(i).first;
                    for (var later : all.subList(i + 1, all.size())) {
                        later.first = null;
                    }
                    return;
                }
            }
        }
    }

    /**
     * The next segment says how far this one counts: less, where a torn batch was left; more, where
     * its last batches are damaged.
     */
    private void cutTail(Scanned one, long begin, boolean isNext) throws IOException {
        var tail = one.segment.tail();
        if (begin > tail.after() && isNext) {
            // Readers look for the records in what follows.
            one.segment.advance(begin, settings.segmentBytes());
            return;
        }
        one.segment.advance(Math.min(tail.after(), begin), tail.end());
        if (endsInPart(one)) {
            one.segment.goesOn();
        }
    }

    private static void setTail(Scanned one) {
        var first = one.first;
        var last = one.last;
        if (first == null || last == null) {
            throw new IllegalStateException("segment without a batch in the log");
        }
        one.segment.begin(first.header().known().begin());
        one.segment.advance(last.header().after(), last.offset() + last.header().paddedLength());
    }

    private static boolean endsInPart(Scanned one) throws IOException {
        // An empty one may follow: a trim while there was no room for another segment.
        var last = one.lastWithRecords;
        if (last == null) {
            return false;
        }
        var header = last.header();
        var entry =
                new BatchWalk(one.segment)
                        .bytes(
                                last.offset() + header.length() - BatchHeader.ENTRY_BYTES,
                                BatchHeader.ENTRY_BYTES);
        return RecordKind.of(entry.get(28)) == RecordKind.PART;
    }

    /** Verifies the last batch and makes it durable; returns the position of its last record. */
    private long confirmTail(Scanned newest) throws IOException {
        var segment = newest.segment;
        var last = newest.last;
        if (last == null) {
            throw new IllegalStateException("segment without a batch in the log");
        }
        var header = last.header();
        var walk = new BatchWalk(segment);
        var bytes = walk.bytes(last.offset(), header.paddedLength());
        long good = header.before();
        var entries = new Directory(bytes, header);
        while (entries.next() && walk.isGood(bytes, entries.recordAt(), entries.length())) {
            good = Math.max(good, entries.position());
        }
        covered = header.known().durable() >= good;
        segment.advance(good, segment.tail().end());
        if (mode == Mode.REPAIR) {
            // A failed sync before the restart may have left pages that look written but are not.
            segment.file().write(bytes.duplicate(), last.offset());
            segment.file().sync();
            disk.syncDirectory(directory);
        }
        return good;
    }

    /** Makes spare files of segments that are not, or no longer, part of the log. */
    private void demote() throws IOException {
        long number = 0;
        for (var spare : spares) {
            number = Math.max(number, SegmentFiles.number(spare, "spare").orElse(0L));
        }
        // The newest first, and one after the other: a crash must leave none behind a missing one.
        unopened.sort(Comparator.comparingLong(Segment::index).reversed());
        for (var segment : unopened) {
            number++;
            segment.file().close();
            if (mode == Mode.REPAIR) {
                var spare = directory.resolve("%016x.spare".formatted(number));
                disk.rename(segment.path(), spare);
                disk.syncDirectory(directory);
                spares.add(spare);
            }
        }
        if (mode == Mode.REPAIR) {
            // What an earlier start renamed, and did not get to sync.
            disk.syncDirectory(directory);
        }
    }
}

package dev.atoll.node.journal;

import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes: takes all that waits, writes it in one call, syncs, tells those who
 * wait. While it syncs, the next batch gathers.
 *
 * <p>A write or sync that failed is never tried again: what is on disk then is unknown until a
 * restart has looked.
 */
final class JournalWriter implements Runnable {
    private static final Duration FOR_EVER = Duration.ofDays(10_000);

    /** How long a trim waits at most, while the writer waits for a segment. */
    private static final Duration TRIM_WITHIN = Duration.ofMillis(100);

    private final JournalSettings settings;
    private final SegmentFiles files;
    private final SegmentList segments;
    private final JournalSpace space;
    private final JournalMetrics metrics;
    private final LogMark mark;
    private final BatchBuffer batch;
    private @Nullable JournalQueue queue;
    private @Nullable Segment current;
    private long offset;
    private long durable;
    private BatchHeader.Start start;
    private long batchCost;
    private boolean afterPart;

    // The segment that recovery found last: it takes trims, where there is no room for another.
    private boolean takesTrimsOnly;

    // Whether a later batch says of the newest record that it is durable.
    private boolean covered;
    private long quietSince = System.nanoTime();
    private boolean marked;

    // A trim that found no place to be written.
    private OptionalLong trimOwed = OptionalLong.empty();

    JournalWriter(JournalSettings settings, Parts parts, Recovery.Found found) {
        this.settings = settings;
        this.files = parts.files();
        this.segments = parts.segments();
        this.space = parts.space();
        this.metrics = parts.metrics();
        this.mark = parts.mark();
        this.batch = new BatchBuffer(settings);
        this.durable = found.last();
        this.start = found.start();
        this.covered = found.files().covered();
        this.marked = !found.segments().isEmpty();
    }

    /** What the writer works with. */
    record Parts(
            SegmentFiles files,
            SegmentList segments,
            JournalSpace space,
            JournalMetrics metrics,
            LogMark mark) {}

    /** Before the thread is started. */
    void serve(JournalQueue served) {
        queue = served;
    }

    @Override
    public void run() {
        var served = queue();
        try {
            boolean last = false;
            while (!last) {
                var work = served.take(patience());
                files.checkWell();
                if (!work.records().isEmpty()) {
                    write(work.records());
                }
                var trim = work.trimBelow().isPresent() ? work.trimBelow() : trimOwed;
                if (trim.isPresent()) {
                    trim(trim.getAsLong());
                }
                // Trims come now and then: they are no reason to wait longer.
                if (patience().isNegative()) {
                    quietSince = System.nanoTime();
                    cover();
                }
                last = work.last();
            }
            seal();
            served.fail(Failure.of(Reason.SHUTTING_DOWN, "journal: closed"));
        } catch (IOException e) {
            served.fail(unknown(e));
        } catch (RuntimeException | Error e) {
            // A defect, or a callback that threw: as bad as a failed write, and told the same way.
            served.fail(unknown(e));
        }
    }

    private Duration patience() {
        if (covered && trimOwed.isEmpty()) {
            return FOR_EVER;
        }
        return settings.coverAfter().minusNanos(System.nanoTime() - quietSince);
    }

    private static Failure unknown(Throwable e) {
        return Failure.of(
                Reason.OUTCOME_UNKNOWN,
                "journal: writing failed, the node has to restart (" + e.getMessage() + ")",
                e);
    }

    private void write(List<JournalRecord> records) throws IOException {
        long position = durable;
        for (int i = 0; i < records.size(); i++) {
            var record = records.get(i);
            position++;
            if (record instanceof JournalRecord.Commit commit) {
                writeCommit(position, commit);
            } else {
                makeRoom(RecordCodec.bytesMax(record));
                batch.add(position, record);
                afterPart = false;
            }
            batchCost += queue().bytesMax(record);
        }
        flush();
    }

    private void writeCommit(long position, JournalRecord.Commit commit) throws IOException {
        List<Long> addresses = List.of();
        int next = 0;
        do {
            makeRoom(pieceBytesMax(commit, next, addresses.size()));
            long address = batch.nextAddress();
            next =
                    batch.add(
                            position,
                            commit,
                            new RecordCodec.Parts(settings.partBytes(), addresses),
                            next);
            afterPart = next < commit.pages().count();
            if (afterPart) {
                addresses = addresses.isEmpty() ? new ArrayList<>() : addresses;
                addresses.add(address);
            }
        } while (afterPart);
    }

    private long pieceBytesMax(JournalRecord.Commit commit, int from, int parts) {
        var pages = commit.pages();
        long pageBytes = (long) pages.pageSize() + RecordCodec.PAGE_HEADER_BYTES;
        long rest = (pages.count() - from) * pageBytes;
        return RecordCodec.COMMIT_HEADER_BYTES
                + (long) parts * Long.BYTES
                + Math.min(rest, settings.partBytes() + pageBytes)
                + commit.attachment().remaining();
    }

    /** Sees to it that the record fits into the batch that is open. */
    private void makeRoom(long bytes) throws IOException {
        if (fits(bytes)) {
            return;
        }
        if (!batch.isEmpty()) {
            flush();
        }
        if (!fits(bytes)) {
            roll();
            if (!fits(bytes)) {
                throw new IllegalStateException("record: " + bytes + " bytes fit into no segment");
            }
        }
    }

    private boolean fits(long bytes) {
        return current != null && !takesTrimsOnly && batch.fits(bytes, settings.trimBytes());
    }

    /** Goes on in the next segment; the batch is empty. */
    private void roll() throws IOException {
        files.ask();
        var next = files.poll(TRIM_WITHIN);
        while (next.isEmpty()) {
            // It may be trims that make room for it: they must not wait behind it.
            var trim = queue().pollTrim();
            if (trim.isPresent()) {
                trimHere(trim.getAsLong());
            }
            next = files.poll(TRIM_WITHIN);
        }
        enter(next.get());
    }

    private void enter(Segment next) {
        // After the trims: they say that nothing goes on.
        if (current != null && afterPart) {
            current.goesOn();
        }
        next.begin(durable);
        segments.add(next);
        current = next;
        takesTrimsOnly = false;
        offset = SegmentHeader.BLOCK_BYTES;
        batch.begin(next, offset, durable);
        tellSpace();
    }

    private void flush() throws IOException {
        var segment = current;
        if (segment == null) {
            throw new IllegalStateException("batch: no segment");
        }
        long began = System.nanoTime();
        // Without records of its own it names all there are.
        covered = batch.isEmpty();
        long end = batch.write(new BatchHeader.Known(durable, start, segment.tail().before()));
        // What makes commits durable: before this line returned, nobody is told anything.
        segment.file().sync();
        if (!marked) {
            // Before anybody relies on it: from here on, a folder without this log is refused.
            mark.keep(segment.header().logId());
            marked = true;
        }
        metrics.batchWritten(
                (int) (batch.after() - durable), end - offset, System.nanoTime() - began);
        quietSince = System.nanoTime();
        durable = batch.after();
        offset = end;
        segment.advance(durable, end);
        batch.begin(segment, end, durable);
        tellSpace();
        long cost = batchCost;
        batchCost = 0;
        queue().durable(durable, cost);
    }

    private void tellSpace() {
        space.currentEndsAt(takesTrimsOnly ? settings.segmentBytes() : offset);
        space.logBytes(segments.all().size() * settings.segmentBytes());
    }

    private void trim(long below) throws IOException {
        files.ask();
        boolean leaves = current == null || takesTrimsOnly || !batch.fits(0, 0);
        if (leaves && wanted(below, null).segment() > start.segment()) {
            var next = files.poll(Duration.ZERO);
            if (next.isPresent()) {
                enter(next.get());
            }
        }
        trimHere(below);
    }

    /** Trims up to the segment that is written, without asking for another. */
    private void trimHere(long below) throws IOException {
        if (current == null) {
            goOnInTheLast();
        }
        var wanted = wanted(below, current);
        trimOwed = OptionalLong.empty();
        if (wanted.segment() > start.segment()) {
            if (!batch.fits(0, 0)) {
                trimOwed = OptionalLong.of(below);
                return;
            }
            start = wanted;
            // A batch without records says where the log starts.
            flush();
            // Durable now: a file that comes back after a crash is known to be too old.
            files.free(segments.startAt(start));
        }
        tellSpace();
    }

    /** Where the log could start, if nothing up to that position was needed, nor that segment. */
    private BatchHeader.Start wanted(long below, @Nullable Segment kept) {
        var wanted = start;
        for (var segment : segments.all()) {
            if (segment == kept || segment.tail().needed() > below) {
                break;
            }
            // Behind a commit whose first parts go: the log starts with a record that can be read.
            wanted = new BatchHeader.Start(segment.index() + 1, segment.tail().needed());
        }
        return wanted;
    }

    /**
     * Takes the segment that recovery found last for trims: on a full disk they are what makes room
     * for another. No records go there, for what is left of a torn batch may lie behind its end.
     */
    private void goOnInTheLast() {
        var all = segments.all();
        if (!all.isEmpty()) {
            current = all.getLast();
            takesTrimsOnly = true;
            offset = current.tail().end();
            batch.begin(current, offset, durable);
        }
    }

    /** So that damage to the last records is not taken for a torn batch, after a quiet moment. */
    private void cover() throws IOException {
        if (covered) {
            return;
        }
        if (current == null) {
            var next = files.poll(Duration.ZERO);
            if (next.isEmpty()) {
                return;
            }
            enter(next.get());
        }
        if (batch.fits(0, settings.trimBytes())) {
            flush();
        }
    }

    /** The same, at the end. */
    private void seal() throws IOException {
        if (current != null && !covered && batch.fits(0, 0)) {
            flush();
        }
    }

    private JournalQueue queue() {
        if (queue == null) {
            throw new IllegalStateException("writer: serves nobody");
        }
        return queue;
    }
}

package dev.atoll.node.journal;

import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes: takes all that waits, writes it in one call, syncs, tells those who
 * wait. While it syncs, the next batch gathers.
 *
 * <p>A write or sync that failed is never tried again: what is on disk then is unknown until a
 * restart has looked.
 */
final class JournalWriter implements Runnable {
    private final JournalSettings settings;
    private final SegmentFiles files;
    private final SegmentList segments;
    private final JournalSpace space;
    private final JournalMetrics metrics;
    private final BatchBuffer batch;
    private @Nullable JournalQueue queue;
    private @Nullable Segment current;
    private long offset;
    private long durable;
    private BatchHeader.Start start;
    private long batchCost;
    private boolean afterPart;

    JournalWriter(JournalSettings settings, Parts parts, Recovery.Found found) {
        this.settings = settings;
        this.files = parts.files();
        this.segments = parts.segments();
        this.space = parts.space();
        this.metrics = parts.metrics();
        this.batch = new BatchBuffer(settings);
        this.durable = found.last();
        this.start = found.start();
    }

    /** What the writer works with. */
    record Parts(
            SegmentFiles files, SegmentList segments, JournalSpace space, JournalMetrics metrics) {}

    /** Before the thread is started. */
    void serve(JournalQueue served) {
        queue = served;
    }

    @Override
    public void run() {
        var served = queue();
        try {
            boolean closed = false;
            while (!closed) {
                var work = served.take();
                if (!work.records().isEmpty()) {
                    write(work.records());
                }
                if (work.trimWanted()) {
                    trim(work.trimBelow());
                }
                closed = work.closed();
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
                + Math.min(rest, settings.partBytes() + pageBytes);
    }

    /** Sees to it that the record fits into the batch that is open. */
    private void makeRoom(long bytes) throws IOException {
        if (current != null && batch.fits(bytes, settings.trimBytes())) {
            return;
        }
        if (!batch.isEmpty()) {
            flush();
        }
        if (current == null || !batch.fits(bytes, settings.trimBytes())) {
            roll();
            if (!batch.fits(bytes, settings.trimBytes())) {
                throw new IllegalStateException("record: " + bytes + " bytes fit into no segment");
            }
        }
    }

    private void roll() throws IOException {
        var full = current;
        if (full != null && afterPart) {
            full.goesOn();
        }
        var next = files.take();
        next.begin(durable);
        segments.add(next);
        current = next;
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
        long end = batch.write(new BatchHeader.Known(durable, start, segment.tail().before()));
        // What makes commits durable: before this line returned, nobody is told anything.
        segment.file().sync();
        metrics.batchWritten(
                (int) (batch.after() - durable), end - offset, System.nanoTime() - began);
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
        space.currentEndsAt(offset);
        space.logBytes(segments.all().size() * settings.segmentBytes());
    }

    private void trim(long below) throws IOException {
        var wanted = start;
        for (var segment : segments.all()) {
            if (segment == current || segment.tail().needed() > below) {
                break;
            }
            // Behind a commit whose first parts go: the log starts with a record that can be read.
            wanted = new BatchHeader.Start(segment.index() + 1, segment.tail().needed());
        }
        if (wanted.segment() > start.segment()) {
            start = wanted;
            writeEmpty();
            // Durable now: a file that comes back after a crash is known to be too old.
            files.free(segments.startAt(start));
        }
        tellSpace();
    }

    /** A batch without records says where the log starts and what is durable. */
    private void writeEmpty() throws IOException {
        if (current == null || !batch.fits(0, 0)) {
            roll();
        }
        flush();
    }

    /** So that damage to the last records is not taken for a torn batch. */
    private void seal() throws IOException {
        if (current != null && offset > SegmentHeader.BLOCK_BYTES && batch.fits(0, 0)) {
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

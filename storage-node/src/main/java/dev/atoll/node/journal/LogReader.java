package dev.atoll.node.journal;

import dev.atoll.node.journal.BatchWalk.Batch;
import dev.atoll.node.journal.BatchWalk.Gap;
import dev.atoll.wire.Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log from a position on, through damage. One thread at a time.
 *
 * <p>Counts positions: where they jump, records are lost. Records whose batch lost its header are
 * looked for one by one.
 */
final class LogReader implements JournalReader {
    private final SegmentList segments;
    private final SegmentList.Pin pin;
    private final RecordFetch fetch;
    private final Consumer<List<Segment>> freed;
    private final boolean whole;
    private final Deque<JournalEntry> ready = new ArrayDeque<>();
    private long at;
    private @Nullable Segment segment;
    private @Nullable BatchWalk walk;
    private @Nullable Gap gap;
    private boolean closed;

    LogReader(Source source, long position, boolean whole) {
        this.segments = source.segments();
        this.fetch = source.fetch();
        this.freed = source.freed();
        this.at = position;
        this.whole = whole;
        this.pin = segments.pinPosition(position);
    }

    /** Where segments come from, and where those go that this reader was the last to hold. */
    record Source(SegmentList segments, RecordFetch fetch, Consumer<List<Segment>> freed) {}

    @Override
    public Optional<JournalEntry> next() throws IOException {
        while (ready.isEmpty()) {
            if (segment == null || walk == null) {
                var first = segments.after(pin.index() - 1);
                if (first.isEmpty()) {
                    return Optional.empty();
                }
                enter(first.get());
                continue;
            }
            // Asked before the tail: once there is a next segment, this one grows no more.
            var following = segments.after(segment.index());
            var tail = segment.tail();
            var step = walk.next(tail.end());
            if (step.isPresent()) {
                switch (step.get()) {
                    case Gap found -> gap = found;
                    case Batch batch -> readBatch(segment, walk, batch, tail.after());
                }
            } else if (following.isPresent()) {
                missing(segment, walk, tail.after());
                enter(following.get());
            } else {
                missing(segment, walk, tail.after());
                if (ready.isEmpty()) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(ready.remove());
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            freed.accept(segments.unpin(pin));
        }
    }

    private void enter(Segment next) {
        long before = next.tail().before();
        if (segment != null && before > at) {
            ready.add(lost(segment.index() + 1, before));
        } else if (segment == null && before > at) {
            ready.add(lost(next.index() - 1, before));
        }
        at = Math.max(at, before);
        segment = next;
        walk = new BatchWalk(next);
        gap = null;
        freed.accept(segments.move(pin, at));
    }

    private JournalEntry.Damaged lost(long index, long upTo) {
        var name = SegmentFiles.segmentPath(Path.of(""), index);
        return new JournalEntry.Damaged(new Damage(name.toString(), 0, at, upTo, List.of()));
    }

    private void readBatch(Segment in, BatchWalk through, Batch batch, long limit)
            throws IOException {
        var header = batch.header();
        missing(in, through, Math.min(header.before(), limit));
        if (header.after() <= at) {
            return;
        }
        int from = whole ? 0 : header.directoryAt();
        var bytes = through.bytes(batch.offset() + from, header.length() - from);
        var directory = new Directory(bytes, header, header.directoryAt() - from);
        while (directory.next()) {
            long position = directory.position();
            if (directory.kind() != RecordKind.PART && position > at && position <= limit) {
                long offset = batch.offset() + directory.recordAt();
                ready.add(
                        whole
                                ? record(in, through, directory, bytes, offset)
                                : new JournalEntry.Listed(
                                        position, in.address(offset), directory.summary()));
                at = position;
            }
        }
    }

    private JournalEntry record(
            Segment in, BatchWalk through, Directory directory, ByteBuffer bytes, long offset)
            throws IOException {
        long position = directory.position();
        if (through.isGood(bytes, directory.recordAt(), directory.length())) {
            try {
                var record =
                        RecordDecoder.decode(
                                bytes.slice(directory.recordAt(), directory.length()), fetch);
                return new JournalEntry.Intact(position, in.address(offset), record);
            } catch (IllegalArgumentException | Failure e) {
                // What it says of itself, or one of its parts, is damaged: told as such below.
                return damaged(in, offset, position, directory.summary());
            }
        }
        return damaged(in, offset, position, directory.summary());
    }

    private static JournalEntry damaged(
            Segment in, long offset, long position, RecordSummary summary) {
        return new JournalEntry.Damaged(
                new Damage(in.name(), offset, position - 1, position, List.of(summary)));
    }

    /** Accounts for the records after {@code at} up to that position, and for a gap. */
    private void missing(Segment in, BatchWalk through, long upTo) throws IOException {
        var hole = gap;
        gap = null;
        if (hole == null && upTo <= at) {
            return;
        }
        long offset = hole == null ? through.offset() : hole.offset();
        NavigableMap<Long, JournalEntry> found =
                hole == null ? new TreeMap<>() : salvage(in, hole, upTo);
        // Said even where nothing is lost: the bytes are damaged.
        boolean said = false;
        for (var entry : found.entrySet()) {
            if (entry.getKey() > at + 1) {
                ready.add(lost(in, offset, entry.getKey() - 1));
                said = true;
            }
            ready.add(entry.getValue());
            at = entry.getKey();
        }
        if (upTo > at || !said) {
            ready.add(lost(in, offset, Math.max(at, upTo)));
            at = Math.max(at, upTo);
        }
    }

    private JournalEntry.Damaged lost(Segment in, long offset, long upTo) {
        return new JournalEntry.Damaged(new Damage(in.name(), offset, at, upTo, List.of()));
    }

    /** Good records in a place that lost its header. */
    private NavigableMap<Long, JournalEntry> salvage(Segment in, Gap hole, long upTo)
            throws IOException {
        var found = new TreeMap<Long, JournalEntry>();
        var looking = new BatchWalk(in);
        var bytes = looking.bytes(hole.offset(), (int) (hole.end() - hole.offset()));
        int i = 0;
        while (i + RecordCodec.HEADER_BYTES <= bytes.limit()) {
            int length = bytes.getInt(i + 8);
            if (!looking.isGood(bytes, i, length)) {
                i += Long.BYTES;
                continue;
            }
            var record = bytes.slice(i, length);
            long position = RecordDecoder.position(record);
            long offset = hole.offset() + i;
            if (RecordDecoder.kind(record) != RecordKind.PART
                    && position > at
                    && position <= upTo) {
                found.put(position, salvaged(in, record, position, offset));
            }
            i = (i + length + Long.BYTES - 1) & -Long.BYTES;
        }
        return found;
    }

    private JournalEntry salvaged(Segment in, ByteBuffer record, long position, long offset)
            throws IOException {
        var summary = RecordDecoder.summary(record);
        if (!whole) {
            return new JournalEntry.Listed(position, in.address(offset), summary);
        }
        try {
            return new JournalEntry.Intact(
                    position, in.address(offset), RecordDecoder.decode(record, fetch));
        } catch (IllegalArgumentException | Failure e) {
            // As in a batch whose header is good.
            return damaged(in, offset, position, summary);
        }
    }
}

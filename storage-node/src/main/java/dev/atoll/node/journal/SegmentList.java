package dev.atoll.node.journal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The segments of the log, oldest first, and who still reads them. Thread-safe.
 *
 * <p>A segment leaves the list when the log durably starts after it and no pin holds it or an older
 * one.
 */
final class SegmentList {
    private final Object lock = new Object();

    // Replaced whole; never modified.
    private volatile List<Segment> segments;

    @GuardedBy("lock")
    private final List<Pin> pins = new ArrayList<>();

    private volatile BatchHeader.Start start;

    SegmentList(List<Segment> segments, BatchHeader.Start start) {
        this.segments = List.copyOf(segments);
        this.start = start;
    }

    List<Segment> all() {
        return segments;
    }

    void add(Segment segment) {
        synchronized (lock) {
            var more = new ArrayList<>(segments);
            more.add(segment);
            segments = List.copyOf(more);
        }
    }

    Optional<Segment> find(long index) {
        for (var segment : segments) {
            if (segment.index() == index) {
                return Optional.of(segment);
            }
        }
        return Optional.empty();
    }

    /** The first segment with a higher index. */
    Optional<Segment> after(long index) {
        for (var segment : segments) {
            if (segment.index() > index) {
                return Optional.of(segment);
            }
        }
        return Optional.empty();
    }

    /**
     * The position that readers begin behind; empty where there is no segment. It is that of a
     * large commit where the first segment begins with the rest of one.
     */
    OptionalLong start() {
        var all = segments;
        return all.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(start.position(), all.getFirst().tail().before()));
    }

    /** Holds the segment where records after that position begin, and all newer ones. */
    Pin pinPosition(long position) {
        synchronized (lock) {
            return pin(indexFor(position));
        }
    }

    /** Holds all segments. */
    Pin pinAll() {
        return pin(0);
    }

    /** Says that the log durably starts there; returns the segments that are free by that. */
    List<Segment> startAt(BatchHeader.Start newStart) {
        synchronized (lock) {
            start = newStart;
            return release();
        }
    }

    /** Returns the segments that are free since the pin is gone. */
    List<Segment> unpin(Pin pin) {
        synchronized (lock) {
            pins.remove(pin);
            return release();
        }
    }

    /** Lets go of segments only needed up to that position; returns those that are free by that. */
    List<Segment> move(Pin pin, long position) {
        synchronized (lock) {
            pin.index = indexFor(position);
            return release();
        }
    }

    private long indexFor(long position) {
        long index = 0;
        for (var segment : segments) {
            index = segment.index();
            if (segment.tail().needed() > position) {
                break;
            }
        }
        return index;
    }

    private Pin pin(long index) {
        var pin = new Pin(index);
        synchronized (lock) {
            pins.add(pin);
        }
        return pin;
    }

    private List<Segment> release() {
        synchronized (lock) {
            long keep = start.segment();
            for (var pin : pins) {
                keep = Math.min(keep, pin.index);
            }
            var kept = new ArrayList<Segment>();
            var free = new ArrayList<Segment>();
            for (var segment : segments) {
                (segment.index() < keep ? free : kept).add(segment);
            }
            if (!free.isEmpty()) {
                segments = List.copyOf(kept);
            }
            return free;
        }
    }

    /** Keeps a segment and all newer ones in the list. Has an identity. */
    static final class Pin {
        private long index;

        private Pin(long index) {
            this.index = index;
        }

        long index() {
            return index;
        }
    }
}

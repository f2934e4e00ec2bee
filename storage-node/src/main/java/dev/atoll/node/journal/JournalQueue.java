package dev.atoll.node.journal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits between the lanes and the writer: records to be written, and callers that want to know
 * when. Thread-safe; nothing is done under its lock but a few assignments.
 */
final class JournalQueue {
    /** A batch of its own costs a record at most this much more than its bytes. */
    private static final int OVERHEAD_BYTES = SegmentHeader.BLOCK_BYTES + 256;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final JournalSettings settings;
    private final JournalSpace space;
    private final Thread writer;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private List<JournalRecord> gathered = new ArrayList<>();

    @GuardedBy("lock")
    private List<JournalRecord> taken = new ArrayList<>();

    @GuardedBy("lock")
    private final Waiters waiters = new Waiters();

    @GuardedBy("lock")
    private long waitingBytes;

    @GuardedBy("lock")
    private long trimBelow;

    @GuardedBy("lock")
    private boolean trimWanted;

    @GuardedBy("lock")
    private boolean nudged;

    @GuardedBy("lock")
    private boolean writerSleeps;

    @GuardedBy("lock")
    private boolean closed;

    // Written under the lock, read without it.
    private volatile long last;
    private volatile long durable;
    private volatile @Nullable Failure failure;

    JournalQueue(JournalSettings settings, JournalSpace space, Thread writer, long position) {
        this.settings = settings;
        this.space = space;
        this.writer = writer;
        this.last = position;
        this.durable = position;
    }

    long last() {
        return last;
    }

    long durable() {
        return durable;
    }

    Optional<Failure> failure() {
        return Optional.ofNullable(failure);
    }

    long waitingBytes() {
        lock.lock();
        try {
            return waitingBytes;
        } finally {
            lock.unlock();
        }
    }

    long append(JournalRecord record) {
        long bytes = bytesMax(record);
        space.ask();
        boolean wake;
        long position;
        lock.lock();
        try {
            checkTakes(record, bytes);
            gathered.add(record);
            waitingBytes += bytes;
            position = last + 1;
            last = position;
            wake = writerSleeps;
            writerSleeps = false;
        } finally {
            lock.unlock();
        }
        if (wake) {
            LockSupport.unpark(writer);
        }
        return position;
    }

    void whenDurable(long position, Durable done) {
        if (position > durable && enter(position, done)) {
            return;
        }
        var failed = failure;
        if (position <= durable || failed == null) {
            done.durable();
        } else {
            done.failed(failed);
        }
    }

    void trim(long below) {
        lock.lock();
        try {
            trimBelow = Math.max(trimBelow, below);
            trimWanted = true;
            writerSleeps = false;
        } finally {
            lock.unlock();
        }
        LockSupport.unpark(writer);
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            writerSleeps = false;
        } finally {
            lock.unlock();
        }
        LockSupport.unpark(writer);
    }

    /** Lets the writer look up from its sleep: something has happened beside the queue. */
    void nudge() {
        lock.lock();
        try {
            nudged = true;
            writerSleeps = false;
        } finally {
            lock.unlock();
        }
        LockSupport.unpark(writer);
    }

    /** What the writer has to do, which may be nothing. Good until it asks again. */
    record Work(List<JournalRecord> records, OptionalLong trimBelow, boolean last) {}

    /** The writer's: takes all that waits; sleeps until there is something, or that long. */
    Work take(Duration patience) {
        long began = System.nanoTime();
        while (true) {
            long left = patience.toNanos() - (System.nanoTime() - began);
            lock.lock();
            try {
                if (!gathered.isEmpty() || trimWanted || closed || nudged || left <= 0) {
                    nudged = false;
                    writerSleeps = false;
                    var records = gathered;
                    taken.clear();
                    gathered = taken;
                    taken = records;
                    return new Work(records, takeTrim(), closed && records.isEmpty());
                }
                writerSleeps = true;
            } finally {
                lock.unlock();
            }
            LockSupport.parkNanos(this, left);
        }
    }

    /** The writer's: the trim that is asked for, while it cannot take more. */
    OptionalLong pollTrim() {
        lock.lock();
        try {
            return takeTrim();
        } finally {
            lock.unlock();
        }
    }

    /** The writer's: the next records, of that many bytes at most, are durable. */
    void durable(long position, long bytes) {
        lock.lock();
        try {
            durable = position;
            waitingBytes -= bytes;
        } finally {
            lock.unlock();
        }
        pollAll(position).forEach(Durable::durable);
    }

    /** The writer's: nothing becomes durable any more. */
    void fail(Failure cause) {
        lock.lock();
        try {
            failure = cause;
        } finally {
            lock.unlock();
        }
        pollAll(Long.MAX_VALUE).forEach(done -> done.failed(cause));
    }

    /** The most a record can take on disk, alone in its batch, spread over parts. */
    long bytesMax(JournalRecord record) {
        long bytes = RecordCodec.bytesMax(record);
        return bytes + OVERHEAD_BYTES * (1 + 2 * bytes / settings.partBytes());
    }

    private List<Durable> pollAll(long position) {
        var all = new ArrayList<Durable>();
        lock.lock();
        try {
            for (var next = waiters.poll(position); next != null; next = waiters.poll(position)) {
                all.add(next);
            }
        } finally {
            lock.unlock();
        }
        return all;
    }

    private boolean enter(long position, Durable done) {
        lock.lock();
        try {
            if (failure != null || position <= durable) {
                return false;
            }
            waiters.add(position, done);
            return true;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private OptionalLong takeTrim() {
        var wanted = trimWanted ? OptionalLong.of(trimBelow) : OptionalLong.empty();
        trimWanted = false;
        return wanted;
    }

    @GuardedBy("lock")
    private void checkTakes(JournalRecord record, long bytes) {
        if (failure != null) {
            throw failure;
        }
        if (closed) {
            throw Failure.of(Reason.SHUTTING_DOWN, "journal: closed");
        }
        // A record larger than the limit is taken when nothing else waits.
        if (waitingBytes > 0 && waitingBytes + bytes > settings.waitingBytesMax()) {
            throw Failure.of(
                            Reason.OVERLOADED,
                            "journal: "
                                    + waitingBytes
                                    + " bytes wait to be written (expected: at most "
                                    + settings.waitingBytesMax()
                                    + ")")
                    .retryAfter(RETRY_AFTER);
        }
        space.check(waitingBytes + bytes, record instanceof JournalRecord.Delete);
    }
}

package dev.atoll.node.journal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.atoll.node.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files of the log: makes the next segment ready before it is needed, and turns segments that
 * are free into spare files. Thread-safe; a thread of its own does the work.
 *
 * <pre>
 * INDEX.segment   part of the log; has a good header from the moment it has this name
 * NUMBER.spare    zeros, or a segment's earlier life: raw material
 * NUMBER.making   a file that is being filled with zeros; deleted at start
 * </pre>
 */
final class SegmentFiles {
    private static final Pattern NAME = Pattern.compile("([0-9a-f]{16})\\.(segment|spare|making)");

    /** How long to wait before asking a full disk again. */
    private static final long RETRY_NANOS = Duration.ofMillis(200).toNanos();

    private final Disk disk;
    private final Path directory;
    private final JournalSettings settings;
    private final Identity identity;
    private final SegmentMaker maker;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final Deque<Path> spares = new ArrayDeque<>();

    @GuardedBy("lock")
    private final Deque<Segment> free = new ArrayDeque<>();

    @GuardedBy("lock")
    private @Nullable Segment prepared;

    @GuardedBy("lock")
    private @Nullable IOException failure;

    @GuardedBy("lock")
    private Runnable failed = () -> {};

    @GuardedBy("lock")
    private boolean closed;

    @GuardedBy("lock")
    private long nextIndex;

    @GuardedBy("lock")
    private long spareNumber;

    @GuardedBy("lock")
    private long liveSegments;

    /** Whether nothing is made yet. */
    @GuardedBy("lock")
    private boolean waits;

    SegmentFiles(Disk disk, Path directory, JournalSettings settings, Identity identity) {
        this.disk = disk;
        this.directory = directory;
        this.settings = settings;
        this.identity = identity;
        this.maker = new SegmentMaker(disk, directory, settings.segmentBytes());
        this.thread = Thread.ofPlatform().name("journal-segments").unstarted(this::run);
    }

    /** Whose segments these are, and where their ids come from. */
    record Identity(long logId, RandomGenerator random) {}

    static Path segmentPath(Path directory, long index) {
        return directory.resolve("%016x.segment".formatted(index));
    }

    /** The index or number in the name of a file of that kind; empty if it is none. */
    static Optional<Long> number(Path path, String kind) {
        Matcher name = NAME.matcher(String.valueOf(path.getFileName()));
        return name.matches() && name.group(2).equals(kind)
                ? Optional.of(Long.parseUnsignedLong(name.group(1), 16))
                : Optional.empty();
    }

    /** There are records or trims, so the node has not refused to start. */
    void ask() {
        lock.lock();
        try {
            waits = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes nothing before {@link #ask}: where the log is damaged so that no file may be used
     * again, and the node refuses to start, each start would leave one more. To be called before
     * {@link #start}.
     */
    void waitUntilAsked() {
        lock.lock();
        try {
            waits = true;
        } finally {
            lock.unlock();
        }
    }

    /** Begins to work; calls {@code onFailure} once, if files cannot be made ready any more. */
    void start(Collection<Path> found, long next, int live, Runnable onFailure) {
        lock.lock();
        try {
            failed = onFailure;
            spares.addAll(found);
            for (var path : found) {
                spareNumber = Math.max(spareNumber, number(path, "spare").orElse(0L));
            }
            nextIndex = next;
            liveSegments = live;
        } finally {
            lock.unlock();
        }
        thread.start();
    }

    /** The next segment, if it is ready within that time; throws if there will be none. */
    Optional<Segment> poll(Duration patience) throws IOException {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (prepared == null) {
                checkWell();
                if (closed) {
                    throw new IOException("journal: closed before there was a next segment");
                }
                if (left <= 0) {
                    return Optional.empty();
                }
                left = changed.awaitNanos(left);
            }
            var taken = prepared;
            prepared = null;
            liveSegments++;
            changed.signalAll();
            return Optional.of(taken);
        } catch (InterruptedException e) {
            throw new IOException("journal: interrupted while waiting for a segment", e);
        } finally {
            lock.unlock();
        }
    }

    /** Throws if files cannot be made ready any more. */
    void checkWell() throws IOException {
        lock.lock();
        try {
            if (failure != null) {
                throw new IOException("journal: no next segment: " + failure.getMessage(), failure);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes back segments that are part of the log no more, oldest first. */
    void free(Collection<Segment> segments) {
        if (segments.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            free.addAll(segments);
            liveSegments -= segments.size();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How many segments there could be without any more space on the disk. */
    int ready() {
        lock.lock();
        try {
            return (prepared == null ? 0 : 1) + spares.size() + free.size();
        } finally {
            lock.unlock();
        }
    }

    /** The index of the segment after the newest. */
    long nextIndex() {
        lock.lock();
        try {
            return prepared == null ? nextIndex : prepared.index();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the thread; the log's own segments stay open. */
    void close() throws IOException {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        Uninterruptibly.join(thread, Duration.ofDays(1));
        lock.lock();
        try {
            if (prepared != null) {
                prepared.file().close();
                prepared = null;
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (awaitWork()) {
                var segment = pollFree();
                if (segment != null) {
                    recycle(segment);
                } else {
                    prepare();
                }
            }
        } catch (IOException e) {
            failed(e);
        } catch (RuntimeException e) {
            failed(new IOException(e));
        }
    }

    private void failed(IOException e) {
        Runnable tell;
        lock.lock();
        try {
            failure = e;
            tell = failed;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        tell.run();
    }

    /** Waits until a segment is free or the next one is to be made ready; false after close. */
    private boolean awaitWork() {
        lock.lock();
        try {
            while (free.isEmpty() && (waits || prepared != null) && !closed) {
                changed.awaitUninterruptibly();
            }
            return !free.isEmpty() || !closed;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Segment pollFree() {
        lock.lock();
        try {
            return free.poll();
        } finally {
            lock.unlock();
        }
    }

    private void recycle(Segment segment) throws IOException {
        segment.file().close();
        if (total() * settings.segmentBytes() > settings.bytesMax()) {
            disk.delete(segment.path());
            return;
        }
        var spare = newSpare();
        disk.rename(segment.path(), spare);
        addSpare(spare);
    }

    private long total() {
        lock.lock();
        try {
            return liveSegments + spares.size() + 1;
        } finally {
            lock.unlock();
        }
    }

    private Path newSpare() {
        lock.lock();
        try {
            spareNumber++;
            return directory.resolve("%016x.spare".formatted(spareNumber));
        } finally {
            lock.unlock();
        }
    }

    private void addSpare(Path spare) {
        lock.lock();
        try {
            spares.addLast(spare);
        } finally {
            lock.unlock();
        }
    }

    private void prepare() throws IOException {
        // Names that were given up are given up for good, before any file gets a new life.
        disk.syncDirectory(directory);
        var spare = pollSpare();
        long index = nextIndex();
        var header =
                new SegmentHeader(
                        settings.segmentBytes(),
                        identity.logId(),
                        identity.random().nextLong(),
                        index);
        var ready = maker.ready(spare == null ? newSpare() : spare, spare == null, header);
        if (ready.isEmpty()) {
            pause();
            return;
        }
        var path = segmentPath(directory, index);
        disk.rename(ready.get().path(), path);
        // Only now is the name certain to mean a file with a good header, whatever happens.
        disk.syncDirectory(directory);
        prepared(new Segment(path, header, ready.get().file()));
    }

    private @Nullable Path pollSpare() {
        lock.lock();
        try {
            return spares.pollFirst();
        } finally {
            lock.unlock();
        }
    }

    private void prepared(Segment segment) {
        lock.lock();
        try {
            prepared = segment;
            nextIndex++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void pause() {
        lock.lock();
        try {
            long left = RETRY_NANOS;
            while (left > 0 && !closed && free.isEmpty()) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            // Nobody interrupts this thread; were it to stay interrupted, its files would close.
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}

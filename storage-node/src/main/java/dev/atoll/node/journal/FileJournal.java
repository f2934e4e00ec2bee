package dev.atoll.node.journal;

import dev.atoll.node.disk.Disk;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The log of one node, in one folder that nobody else touches. Thread-safe.
 *
 * <p>DESIGN.md of this package has the format and the promises.
 */
public final class FileJournal implements Journal {
    /** How long close waits for what waits to be written. */
    private static final Duration DRAIN_MAX = Duration.ofSeconds(10);

    private final JournalSettings settings;
    private final long logId;
    private final SegmentFiles files;
    private final SegmentList segments;
    private final RecordFetch fetch;
    private final JournalMetrics metrics;
    private final JournalQueue queue;
    private final Thread writer;
    private final List<Damage> damages;

    private FileJournal(JournalSettings settings, Log log, Pipe pipe) {
        this.settings = settings;
        this.logId = log.logId();
        this.files = log.files();
        this.segments = log.segments();
        this.fetch = new RecordFetch(segments, settings.segmentBytes());
        this.metrics = pipe.metrics();
        this.queue = pipe.queue();
        this.writer = pipe.writer();
        this.damages = new ArrayList<>(log.damages());
    }

    private record Log(
            long logId, SegmentFiles files, SegmentList segments, List<Damage> damages) {}

    private record Pipe(JournalQueue queue, Thread writer, JournalMetrics metrics) {}

    /** A folder on a disk. */
    public record Place(Disk disk, Path directory) {}

    /** Where time and ids come from, and who remembers the log's own id. */
    public record Sources(LongSupplier ticker, RandomGenerator random, LogMark mark) {}

    /**
     * Opens the log in that folder, or makes one; reads headers, not records. Throws IOException if
     * the folder cannot be used, or the log that was there is gone; damage is no reason for that.
     */
    public static FileJournal open(
            Place place, JournalSettings settings, JournalMetrics metrics, Sources sources)
            throws IOException {
        var found = new Recovery(place, settings, Recovery.Mode.REPAIR, sources.mark()).run();
        long logId = found.logId().orElseGet(sources.random()::nextLong);
        if (!found.segments().isEmpty() && sources.mark().find().isEmpty()) {
            // Power went between the first record and the note.
            sources.mark().keep(logId);
        }
        var identity = new SegmentFiles.Identity(logId, sources.random());
        var files = new SegmentFiles(place.disk(), place.directory(), settings, identity);
        var segments = new SegmentList(found.segments(), found.start());
        var space = new JournalSpace(place, settings, sources.ticker(), files::ready);
        space.logBytes(found.segments().size() * settings.segmentBytes());
        var loop =
                new JournalWriter(
                        settings,
                        new JournalWriter.Parts(files, segments, space, metrics, sources.mark()),
                        found);
        var writer = Thread.ofPlatform().name("journal-writer").unstarted(loop);
        var queue = new JournalQueue(settings, space, writer, found.last());
        loop.serve(queue);
        var journal =
                new FileJournal(
                        settings,
                        new Log(logId, files, segments, found.files().damages()),
                        new Pipe(queue, writer, metrics));
        if (!found.files().orderly()) {
            journal.findDamage();
        }
        if (!found.files().damages().isEmpty()) {
            files.waitUntilAsked();
        }
        files.start(
                found.files().spares(),
                found.files().nextIndex(),
                segments.all().size(),
                queue::nudge);
        writer.start();
        metrics.watch(journal);
        return journal;
    }

    /** The random number of this log. */
    public long logId() {
        return logId;
    }

    @Override
    public List<Damage> damages() {
        return List.copyOf(damages);
    }

    @Override
    public long append(JournalRecord record) {
        try {
            return queue.append(record);
        } catch (Failure e) {
            if (e.reason() == Reason.NODE_FULL || e.reason() == Reason.OVERLOADED) {
                metrics.refused();
            }
            throw e;
        }
    }

    @Override
    public long durable() {
        return queue.durable();
    }

    @Override
    public long last() {
        return queue.last();
    }

    @Override
    public Optional<Failure> failure() {
        return queue.failure();
    }

    @Override
    public void whenDurable(long position, Durable done) {
        queue.whenDurable(position, done);
    }

    @Override
    public long start() {
        return segments.start().orElseGet(queue::durable);
    }

    @Override
    public long oldestSegmentEnd() {
        var all = segments.all();
        return all.size() < 2 ? queue.last() : all.getFirst().tail().needed();
    }

    @Override
    public JournalSize size() {
        return new JournalSize(
                segments.all().size() * settings.segmentBytes(), settings.bytesMax());
    }

    @Override
    public JournalReader readFrom(long position) {
        return reader(position, true);
    }

    @Override
    public JournalReader listFrom(long position) {
        return reader(position, false);
    }

    @Override
    public JournalRecord read(long address) throws IOException {
        var pin = segments.pinAll();
        try {
            return fetch.read(address);
        } finally {
            files.free(segments.unpin(pin));
        }
    }

    @Override
    public void trim(long below) {
        queue.trim(below);
    }

    @Override
    public void close() throws IOException {
        queue.close();
        // On a full disk the writer may wait for a segment for ever: then closing the files ends
        // it.
        Uninterruptibly.join(writer, DRAIN_MAX);
        files.close();
        Uninterruptibly.join(writer, Duration.ofDays(1));
        for (var segment : segments.all()) {
            segment.file().close();
        }
    }

    long waitingBytes() {
        return queue.waitingBytes();
    }

    private LogReader reader(long position, boolean whole) {
        if (position < start()) {
            throw new IllegalArgumentException(
                    "position: " + position + " (expected: >= " + start() + ")");
        }
        return new LogReader(new LogReader.Source(segments, fetch, files::free), position, whole);
    }

    private void findDamage() throws IOException {
        try (var reader = reader(start(), false)) {
            for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                if (entry.get() instanceof JournalEntry.Damaged damaged) {
                    damages.add(damaged.damage());
                }
            }
        }
    }
}

package dev.atoll.node.journal;

import dev.atoll.node.disk.Disk;
import dev.atoll.wire.Failure;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Logs and records for tests. */
final class TestLog {
    static final Path FOLDER = Path.of("/journal");
    static final int PAGE_BYTES = 512;

    /** Small, so that a test sees many segments. */
    static final JournalSettings SMALL =
            new JournalSettings(1 << 16, 8 << 20, 16 << 20, 0, Duration.ofDays(1));

    private TestLog() {}

    static FileJournal open(Disk disk, long seed) throws IOException {
        return open(disk, SMALL, seed);
    }

    static FileJournal open(Disk disk, JournalSettings settings, long seed) throws IOException {
        return open(disk, settings, sources(seed));
    }

    static FileJournal open(Disk disk, JournalSettings settings, FileJournal.Sources sources)
            throws IOException {
        return FileJournal.open(
                new FileJournal.Place(disk, FOLDER),
                settings,
                new JournalMetrics(new SimpleMeterRegistry()),
                sources);
    }

    static FileJournal.Sources sources(long seed) {
        return new FileJournal.Sources(System::nanoTime, new Random(seed), LogMark.NONE);
    }

    /** SMALL, but an empty batch follows the last one after that time. */
    static JournalSettings smallCovering(Duration after) {
        return new JournalSettings(
                SMALL.segmentBytes(),
                SMALL.bytesMax(),
                SMALL.waitingBytesMax(),
                SMALL.reserveBytes(),
                after);
    }

    /** Makes the commits of some instances, chained, with pages of random bytes and zeros. */
    static final class Maker {
        private final Random random;
        private final Map<Long, Long> commits = new HashMap<>();
        private final Map<Long, Integer> checksums = new HashMap<>();

        Maker(long seed) {
            random = new Random(seed);
        }

        JournalRecord.Commit commit(long incarnation, int pages) {
            var builder = PageImages.builder(PAGE_BYTES, pages);
            for (int i = 0; i < pages; i++) {
                var page = new byte[PAGE_BYTES];
                for (int at = 0; at < PAGE_BYTES; at++) {
                    page[at] = at > 100 && at < 300 ? 0 : (byte) random.nextInt();
                }
                builder.put(i + 1, page, 0);
            }
            long number = commits.merge(incarnation, 1L, Long::sum);
            var record =
                    new JournalRecord.Commit(
                            new Origin(7, 3, incarnation, 1_000_000 + number),
                            number,
                            checksums.getOrDefault(incarnation, 0),
                            new DatabaseState(pages, 0, 1),
                            builder.build(),
                            attachment());
            checksums.put(incarnation, record.checksum());
            return record;
        }

        /** Some of a few bytes, as many none. */
        private byte[] attachment() {
            var bytes = new byte[Math.max(0, random.nextInt(-40, 41))];
            random.nextBytes(bytes);
            return bytes;
        }
    }

    /**
     * Writes records in batches of one's choice: the writer is held up while one is gathered. A
     * batch that fits into no segment's rest is split all the same.
     */
    static final class Batches implements AutoCloseable {
        private final Journal journal;
        private Hold hold = new Hold();

        Batches(Journal journal) {
            this.journal = journal;
            hold.goOn.countDown();
        }

        void write(List<? extends JournalRecord> records) throws IOException {
            var next = new Hold();
            // Before the records: else they might be durable, and this thread would be held up.
            journal.whenDurable(journal.last() + records.size(), next);
            for (var record : records) {
                journal.append(record);
            }
            hold.goOn.countDown();
            hold = next;
            next.awaitHeld();
        }

        @Override
        public void close() {
            hold.goOn.countDown();
        }
    }

    private static final class Hold implements Durable {
        private final CountDownLatch held = new CountDownLatch(1);
        private final CountDownLatch goOn = new CountDownLatch(1);

        void awaitHeld() throws IOException {
            try {
                if (!held.await(20, TimeUnit.SECONDS)) {
                    throw new IOException("batch: not durable");
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public void durable() {
            held.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void failed(Failure cause) {
            throw cause;
        }
    }

    /** Appends the record and waits until it is durable. */
    static long write(Journal journal, JournalRecord record) throws IOException {
        long position = journal.append(record);
        await(journal, position);
        return position;
    }

    static void await(Journal journal, long position) throws IOException {
        var failure = outcome(journal, position);
        if (failure != null) {
            throw failure;
        }
    }

    /** How waiting for the position ended; null for well. */
    static @Nullable Failure outcome(Journal journal, long position) throws IOException {
        var told = new CompletableFuture<@Nullable Failure>();
        journal.whenDurable(
                position,
                new Durable() {
                    @Override
                    public void durable() {
                        told.complete(null);
                    }

                    @Override
                    public void failed(Failure cause) {
                        told.complete(cause);
                    }
                });
        try {
            return told.get(20, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IOException("position " + position + ": nobody told", e);
        }
    }

    static List<JournalEntry> entries(JournalReader reader) throws IOException {
        try (reader) {
            var all = new ArrayList<JournalEntry>();
            for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                all.add(entry.get());
            }
            return all;
        }
    }

    /** The records of a log by position; damage is left out. */
    static Map<Long, JournalRecord> records(Journal journal) throws IOException {
        var all = new java.util.TreeMap<Long, JournalRecord>();
        for (var entry : entries(journal.readFrom(journal.start()))) {
            if (entry instanceof JournalEntry.Intact intact) {
                all.put(intact.position(), intact.record());
            }
        }
        return all;
    }

    static List<Damage> damages(Journal journal) throws IOException {
        var all = new ArrayList<Damage>();
        for (var entry : entries(journal.readFrom(journal.start()))) {
            if (entry instanceof JournalEntry.Damaged damaged) {
                all.add(damaged.damage());
            }
        }
        return all;
    }

    /** Whether two records say the same. */
    static boolean same(@Nullable JournalRecord a, JournalRecord b) {
        if (a instanceof JournalRecord.Commit one && b instanceof JournalRecord.Commit other) {
            return one.checksum() == other.checksum()
                    && one.commit() == other.commit()
                    && one.origin().equals(other.origin())
                    && one.pages()
                            .run(0, one.pages().count())
                            .equals(other.pages().run(0, other.pages().count()));
        }
        return b.equals(a);
    }
}

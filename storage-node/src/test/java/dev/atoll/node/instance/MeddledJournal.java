package dev.atoll.node.instance;

import dev.atoll.node.journal.Damage;
import dev.atoll.node.journal.Durable;
import dev.atoll.node.journal.Journal;
import dev.atoll.node.journal.JournalReader;
import dev.atoll.node.journal.JournalRecord;
import dev.atoll.node.journal.JournalSize;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A journal that lies on cue: once each. Thread-safe. */
final class MeddledJournal implements Journal {
    private final Journal journal;
    private final AtomicReference<@Nullable Meddling> refusing = new AtomicReference<>();
    private final AtomicReference<@Nullable Meddling> forgetting = new AtomicReference<>();
    private final AtomicReference<@Nullable Failure> damage = new AtomicReference<>();
    private volatile long unsaid;

    /** Asked about each record that is read; damaged are those of which it says so. */
    volatile Predicate<JournalRecord> unreadable = record -> false;

    /** Told of each record before it is taken. */
    volatile Consumer<JournalRecord> watcher = record -> {};

    MeddledJournal(Journal journal) {
        this.journal = journal;
    }

    private record Meddling(Predicate<JournalRecord> which, Failure why) {}

    /** Does not take the next record of that kind. */
    void refuse(Predicate<JournalRecord> which, Failure why) {
        refusing.set(new Meddling(which, why));
    }

    /** Takes the next record of that kind, and tells whoever waits that nobody knows. */
    void sayUnknown(Predicate<JournalRecord> which, Failure why) {
        forgetting.set(new Meddling(which, why));
    }

    /** The next record that is read is damaged. */
    void damage(Failure why) {
        damage.set(why);
    }

    @Override
    public List<Damage> damages() {
        return journal.damages();
    }

    @Override
    public long append(JournalRecord record) {
        watcher.accept(record);
        var refused = refusing.get();
        if (refused != null && refused.which().test(record)) {
            refusing.set(null);
            throw refused.why();
        }
        long position = journal.append(record);
        var forgotten = forgetting.get();
        if (forgotten != null && forgotten.which().test(record)) {
            unsaid = position;
        }
        return position;
    }

    @Override
    public void whenDurable(long position, Durable done) {
        var forgotten = forgetting.get();
        if (forgotten != null && position == unsaid) {
            forgetting.set(null);
            unsaid = 0;
            done.failed(forgotten.why());
            return;
        }
        journal.whenDurable(position, done);
    }

    /** One short of what must not be said. */
    @Override
    public long durable() {
        long kept = unsaid;
        return kept == 0 ? journal.durable() : Math.min(journal.durable(), kept - 1);
    }

    @Override
    public JournalRecord read(long address) throws IOException {
        var why = damage.getAndSet(null);
        if (why != null) {
            throw why;
        }
        var record = journal.read(address);
        if (unreadable.test(record)) {
            throw Failure.of(Reason.CORRUPTION, "address " + address + ": damaged");
        }
        return record;
    }

    @Override
    public long last() {
        return journal.last();
    }

    @Override
    public Optional<Failure> failure() {
        return journal.failure();
    }

    @Override
    public long start() {
        return journal.start();
    }

    @Override
    public long oldestSegmentEnd() {
        return journal.oldestSegmentEnd();
    }

    @Override
    public JournalSize size() {
        return journal.size();
    }

    @Override
    public JournalReader readFrom(long position) throws IOException {
        return journal.readFrom(position);
    }

    @Override
    public JournalReader listFrom(long position) throws IOException {
        return journal.listFrom(position);
    }

    @Override
    public void trim(long below) {
        journal.trim(below);
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }
}

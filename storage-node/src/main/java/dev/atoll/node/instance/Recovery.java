package dev.atoll.node.instance;

import dev.atoll.node.folder.DataFolder;
import dev.atoll.node.journal.Damage;
import dev.atoll.node.journal.Journal;
import dev.atoll.node.journal.JournalEntry;
import dev.atoll.node.journal.JournalRecord;
import dev.atoll.node.journal.Origin;
import dev.atoll.node.journal.RecordKind;
import dev.atoll.node.journal.RecordSummary;
import dev.atoll.node.sqlite.ClosedDatabase;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings into the files what is in the journal and not in them: after a crash that of all
 * instances, else that of one. Thread-safe after {@link #run}.
 *
 * <p>The invariant it relies on: the journal is trimmed only up to commits that are folded, and a
 * fold is noted beside the file before the journal may forget them.
 */
public final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final int PROGRESS_EVERY = 1_000;

    private final Journal journal;
    private final DataFolder folder;
    private final Map<Long, ClosedDatabase.Redone> redone = new HashMap<>();
    private final Map<Long, Failure> lost = new HashMap<>();
    private long neededAfter = Long.MAX_VALUE;

    public Recovery(Journal journal, DataFolder folder) {
        this.journal = journal;
        this.folder = folder;
    }

    /** The commits of an instance that are in the journal and not known to be folded. */
    private static final class Unfolded {
        final int shard;
        final long after;
        final LinkedHashMap<Long, Long> addresses = new LinkedHashMap<>();

        Unfolded(int shard, long after) {
            this.shard = shard;
            this.after = after;
        }
    }

    /** Redoes every instance; to be called once, before any is opened. */
    public void run() throws IOException {
        var unfolded = index(journal.start());
        if (unfolded.isEmpty()) {
            return;
        }
        LOG.atInfo()
                .addKeyValue("instances", unfolded.size())
                .log("redoing what the journal holds beyond the files");
        int done = 0;
        for (var instance : unfolded.entrySet()) {
            redoOrKeep(instance.getKey(), instance.getValue());
            if (++done % PROGRESS_EVERY == 0) {
                LOG.atInfo()
                        .addKeyValue("done", done)
                        .addKeyValue("of", unfolded.size())
                        .log("redoing goes on");
            }
        }
        LOG.atInfo()
                .addKeyValue("instances", redone.size())
                .addKeyValue("damaged", lost.size())
                .log("redone");
    }

    /** What stands in the files that were redone, by incarnation. */
    public Map<Long, ClosedDatabase.Redone> redone() {
        return redone;
    }

    /** Why an incarnation cannot be served: some of its commits are lost. */
    Optional<Failure> lost(long incarnation) {
        return Optional.ofNullable(lost.get(incarnation));
    }

    /** Records after this position are needed for instances that could not be redone. */
    long neededAfter() {
        return neededAfter;
    }

    /** Redoes one instance that nobody has open, with the records after a position. */
    Optional<ClosedDatabase.Redone> redo(int shard, long incarnation, long after)
            throws IOException {
        var all = index(after);
        var own = all.getOrDefault(incarnation, new Unfolded(shard, after));
        return ClosedDatabase.redo(folder.instanceFile(shard, incarnation), incarnation, read(own));
    }

    private Map<Long, Unfolded> index(long after) throws IOException {
        var unfolded = new LinkedHashMap<Long, Unfolded>();
        try (var reader = journal.listFrom(Math.max(after, journal.start()))) {
            for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                switch (entry.get()) {
                    case JournalEntry.Listed listed -> add(listed, unfolded);
                    case JournalEntry.Damaged damaged -> damaged(damaged.damage());
                    case JournalEntry.Intact intact ->
                            throw new IllegalStateException("not asked for: " + intact);
                }
            }
        }
        unfolded.values().removeIf(instance -> instance.addresses.isEmpty());
        return unfolded;
    }

    private static void add(JournalEntry.Listed listed, Map<Long, Unfolded> unfolded) {
        RecordSummary summary = listed.summary();
        if (summary.kind() == RecordKind.COMMIT) {
            unfolded.computeIfAbsent(
                            summary.incarnation(),
                            _ -> new Unfolded(summary.shard(), listed.position() - 1))
                    .addresses
                    .put(summary.commit(), listed.address());
        } else if (summary.kind() == RecordKind.FOLD) {
            var known = unfolded.get(summary.incarnation());
            if (known != null) {
                known.addresses.keySet().removeIf(commit -> commit <= summary.commit());
                if (known.addresses.isEmpty()) {
                    unfolded.remove(summary.incarnation());
                }
            }
        }
    }

    private void damaged(Damage damage) {
        LOG.error("journal damaged: {}", damage);
        for (var record : damage.harmed()) {
            if (record.kind() == RecordKind.COMMIT) {
                lost.put(
                        record.incarnation(),
                        Failure.of(
                                        Reason.INSTANCE_QUARANTINED,
                                        damage.file()
                                                + ": offset "
                                                + damage.offset()
                                                + ": commit "
                                                + record.commit()
                                                + " is lost")
                                .with("file", damage.file()));
                neededAfter = Math.min(neededAfter, damage.after());
            }
        }
    }

    private void redoOrKeep(long incarnation, Unfolded unfolded) throws IOException {
        var file = folder.instanceFile(unfolded.shard, incarnation);
        try {
            var commits = read(unfolded);
            var now = ClosedDatabase.redo(file, incarnation, commits);
            if (now.isEmpty()) {
                return; // Deleted since.
            }
            if (!lost.containsKey(incarnation)) {
                redone.put(incarnation, now.get());
                var newest = commits.getLast().origin();
                var origin =
                        new Origin(
                                unfolded.shard,
                                newest.epoch(),
                                incarnation,
                                now.get().timeMicros());
                noteFold(new JournalRecord.Fold(origin, now.get().commit(), now.get().checksum()));
            }
        } catch (Failure e) {
            if (e.reason() != Reason.INSTANCE_QUARANTINED && e.reason() != Reason.CORRUPTION) {
                throw e;
            }
            LOG.atError()
                    .addKeyValue("file", file)
                    .log("instance cannot be redone: {}", e.message());
            lost.put(incarnation, e);
            neededAfter = Math.min(neededAfter, unfolded.after);
        }
    }

    /** Beside the file it is noted already; in the journal it spares the next start a look. */
    private void noteFold(JournalRecord.Fold fold) {
        try {
            journal.append(fold);
        } catch (Failure e) {
            // A journal that is full must not keep the node from starting: that is what frees it.
            LOG.atDebug().addKeyValue("fold", fold).log("fold not noted", e);
        }
    }

    private List<JournalRecord.Commit> read(Unfolded unfolded) throws IOException {
        var commits = new ArrayList<JournalRecord.Commit>(unfolded.addresses.size());
        for (long address : unfolded.addresses.values()) {
            if (!(journal.read(address) instanceof JournalRecord.Commit commit)) {
                throw new IllegalStateException("no commit at " + address);
            }
            commits.add(commit);
        }
        return commits;
    }
}

package dev.atoll.node.instance;

import dev.atoll.node.journal.Damage;
import dev.atoll.node.journal.Journal;
import dev.atoll.node.journal.JournalEntry;
import dev.atoll.node.journal.JournalRecord;
import dev.atoll.node.journal.RecordKind;
import dev.atoll.node.journal.RecordSummary;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the journal holds of each instance, as found in one pass that reads no pages. One thread at
 * a time.
 */
final class JournalIndex {
    private static final Logger LOG = LoggerFactory.getLogger(JournalIndex.class);

    private final Journal journal;
    private final Map<Long, Traces> byIncarnation = new LinkedHashMap<>();
    private final List<Damage> unknown = new ArrayList<>();

    private JournalIndex(Journal journal) {
        this.journal = journal;
    }

    /** Reads the records after a position. */
    static JournalIndex read(Journal journal, long after) throws IOException {
        var index = new JournalIndex(journal);
        // Such as the reader cannot see: a file that is not there, or whose header is not.
        journal.damages().stream().filter(damage -> !damage.allKnown()).forEach(index.unknown::add);
        try (var reader = journal.listFrom(Math.max(after, journal.start()))) {
            for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                switch (entry.get()) {
                    case JournalEntry.Listed listed -> index.add(listed);
                    case JournalEntry.Damaged damaged -> index.add(damaged.damage());
                    case JournalEntry.Intact intact ->
                            throw new IllegalStateException("not asked for: " + intact);
                }
            }
        }
        return index;
    }

    /** All instances that there is anything about, in the order of their first records. */
    Collection<Traces> all() {
        return Collections.unmodifiableCollection(byIncarnation.values());
    }

    Optional<Traces> of(long incarnation) {
        return Optional.ofNullable(byIncarnation.get(incarnation));
    }

    /** Damage of which nobody can tell whose commits it took. */
    List<Damage> unknownDamage() {
        return Collections.unmodifiableList(unknown);
    }

    private void add(JournalEntry.Listed listed) {
        var summary = listed.summary();
        var traces = traces(summary, listed.position() - 1);
        switch (summary.kind()) {
            case COMMIT -> traces.commits.add(summary.commit(), listed.address());
            case CREATE -> traces.createAddress = listed.address();
            case DELETE -> traces.deleted = true;
            case FOLD -> traces.foldNoted(summary.commit());
            case PART -> throw new IllegalStateException("a part alone: " + listed);
        }
    }

    private void add(Damage damage) {
        if (!damage.allKnown() && !unknown.contains(damage)) {
            unknown.add(damage);
        }
        for (var harmed : damage.harmed()) {
            var traces = traces(harmed, damage.after());
            if (harmed.kind() == RecordKind.COMMIT) {
                traces.lost = lost(damage, harmed);
                traces.lostCommit = Math.max(traces.lostCommit, harmed.commit());
            } else if (harmed.kind() == RecordKind.DELETE) {
                traces.deleted = true;
            }
            // Without its fold more is redone; without its creation the file itself says the key.
        }
    }

    private Traces traces(RecordSummary summary, long after) {
        return byIncarnation.computeIfAbsent(
                summary.incarnation(),
                incarnation -> new Traces(journal, summary.shard(), incarnation, after));
    }

    private static Failure lost(Damage damage, RecordSummary record) {
        return Failure.of(
                        Reason.INSTANCE_QUARANTINED,
                        damage.file()
                                + ": offset "
                                + damage.offset()
                                + ": commit "
                                + record.commit()
                                + " is lost")
                .with("file", damage.file());
    }

    /** What the journal holds of one instance. */
    static final class Traces {
        final int shard;
        final long incarnation;

        /** The position before the first of them. */
        final long after;

        private final Journal journal;
        private final CommitAddresses commits = new CommitAddresses();
        private long createAddress;
        private boolean deleted;
        private boolean superseded;
        private @Nullable Failure lost;
        private long lostCommit;
        private long foldedCommit;

        private Traces(Journal journal, int shard, long incarnation, long after) {
            this.journal = journal;
            this.shard = shard;
            this.incarnation = incarnation;
            this.after = after;
        }

        /** Whether it was deleted, or never came to be: without a commit nobody was told so. */
        boolean isGone() {
            return deleted || (createAddress != 0 && commits.newest == 0);
        }

        /** Whether it came to be, and was deleted. */
        boolean isDeleted() {
            return deleted && commits.newest != 0;
        }

        /** It was promised to nobody, and its key was given to a newer one. */
        void supersede() {
            superseded = true;
        }

        boolean isSuperseded() {
            return superseded;
        }

        /** Whether it was made in the time that the journal tells of, so all of it is in there. */
        boolean isCreated() {
            return createAddress != 0;
        }

        private void foldNoted(long commit) {
            foldedCommit = Math.max(foldedCommit, commit);
            folded(commit);
        }

        /** The newest commit that the journal says was in the file once; 0 if it says nothing. */
        long foldNoted() {
            return foldedCommit;
        }

        /** The file has the commits up to that one. */
        void folded(long commit) {
            commits.removeUpTo(commit);
            if (lostCommit <= commit) {
                lost = null;
                lostCommit = 0;
            }
        }

        /**
         * Throws INSTANCE_QUARANTINED if commits of it are lost that are not known to be folded.
         */
        void checkNotLost() {
            if (lost != null) {
                throw lost;
            }
        }

        /**
         * The newest commit that is not known to be folded, readable or not; 0 if there is none.
         */
        long newestUnfolded() {
            return Math.max(commits.count == 0 ? 0 : commits.newest, lostCommit);
        }

        /** The record of its creation. */
        JournalRecord.Create creation() throws IOException {
            if (journal.read(createAddress) instanceof JournalRecord.Create create) {
                return create;
            }
            throw new IllegalStateException("no creation at " + createAddress);
        }

        /** Its commits that are not known to be folded, oldest first. Throws CORRUPTION. */
        List<JournalRecord.Commit> unfolded() throws IOException {
            var read = new ArrayList<JournalRecord.Commit>(commits.count);
            for (int i = 0; i < commits.count; i++) {
                read.add(unfolded(i));
            }
            return read;
        }

        /** The same, without those that cannot be read any more. */
        List<JournalRecord.Commit> unfoldedAndReadable() throws IOException {
            var read = new ArrayList<JournalRecord.Commit>(commits.count);
            for (int i = 0; i < commits.count; i++) {
                try {
                    read.add(unfolded(i));
                } catch (Failure e) {
                    if (e.reason() != Reason.CORRUPTION) {
                        throw e;
                    }
                    LOG.error("not among the commits set aside: {}", e.message());
                }
            }
            return read;
        }

        private JournalRecord.Commit unfolded(int i) throws IOException {
            long address = commits.addresses[i];
            if (journal.read(address) instanceof JournalRecord.Commit commit) {
                return commit;
            }
            throw new IllegalStateException("no commit at " + address);
        }
    }

    /** Without boxes: there may be millions. */
    private static final class CommitAddresses {
        private long[] numbers = new long[2];
        private long[] addresses = new long[2];
        private int count;
        private long newest;

        void add(long number, long address) {
            if (count == numbers.length) {
                numbers = Arrays.copyOf(numbers, count * 2);
                addresses = Arrays.copyOf(addresses, count * 2);
            }
            numbers[count] = number;
            addresses[count] = address;
            count++;
            newest = number;
        }

        void removeUpTo(long number) {
            int folded = 0;
            while (folded < count && numbers[folded] <= number) {
                folded++;
            }
            count -= folded;
            System.arraycopy(numbers, folded, numbers, 0, count);
            System.arraycopy(addresses, folded, addresses, 0, count);
            newest = Math.max(newest, number);
        }
    }
}

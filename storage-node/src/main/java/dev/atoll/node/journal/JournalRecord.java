package dev.atoll.node.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** What the journal holds about one instance. Immutable. */
public sealed interface JournalRecord {
    /** Where it comes from. */
    Origin origin();

    /** One durable transaction: the pages it changed. Immutable. */
    final class Commit implements JournalRecord {
        /** Small beside a part of a large commit. */
        public static final int ATTACHMENT_BYTES_MAX = 2_048;

        private static final byte[] NO_ATTACHMENT = {};

        private final Origin origin;
        private final long commit;
        private final int previousChecksum;
        private final DatabaseState state;
        private final PageImages pages;
        private final byte[] attachment;
        private final int checksum;

        /**
         * Computes the checksum too, which reads all pages: on the lane, before appending.
         *
         * @param commit 1, 2, 3 … within the incarnation
         * @param previousChecksum that of the incarnation's previous commit, 0 for the first
         * @param attachment what the commit says beside its pages, of no meaning to the journal; at
         *     most {@link #ATTACHMENT_BYTES_MAX}, from now on the commit's own
         */
        public Commit(
                Origin origin,
                long commit,
                int previousChecksum,
                DatabaseState state,
                PageImages pages,
                byte[] attachment) {
            if (attachment.length > ATTACHMENT_BYTES_MAX) {
                throw new IllegalArgumentException(
                        "attachment: "
                                + attachment.length
                                + " bytes (expected: at most "
                                + ATTACHMENT_BYTES_MAX
                                + ")");
            }
            if (commit < 1) {
                throw new IllegalArgumentException("commit: " + commit + " (expected: >= 1)");
            }
            this.origin = origin;
            this.commit = commit;
            this.previousChecksum = previousChecksum;
            this.state = state;
            this.pages = pages;
            this.attachment = attachment;
            this.checksum = computeChecksum();
        }

        /** One without an attachment. */
        public Commit(
                Origin origin,
                long commit,
                int previousChecksum,
                DatabaseState state,
                PageImages pages) {
            this(origin, commit, previousChecksum, state, pages, NO_ATTACHMENT);
        }

        @Override
        public Origin origin() {
            return origin;
        }

        public long commit() {
            return commit;
        }

        /** The chain: a gap or a fork in an incarnation's commits is seen at once. */
        public int previousChecksum() {
            return previousChecksum;
        }

        public DatabaseState state() {
            return state;
        }

        public PageImages pages() {
            return pages;
        }

        /** What it says beside its pages; empty for most. */
        public ByteBuffer attachment() {
            return ByteBuffer.wrap(attachment).asReadOnlyBuffer();
        }

        /** CRC-32C over all fields, the previous checksum, the pages and the attachment. */
        public int checksum() {
            return checksum;
        }

        @Override
        public String toString() {
            return "Commit["
                    + origin
                    + ", commit="
                    + commit
                    + ", "
                    + state
                    + ", pages="
                    + pages.count()
                    + "]";
        }

        private int computeChecksum() {
            var fields = ByteBuffer.allocate(64 + 4 * pages.count());
            fields.putInt(origin.shard())
                    .putLong(origin.epoch())
                    .putLong(origin.incarnation())
                    .putLong(origin.timeMicros())
                    .putLong(commit)
                    .putInt(previousChecksum)
                    .putInt(state.pageCount())
                    .putLong(state.nextAlarmMicros())
                    .putLong(state.schemaVersion())
                    .putInt(pages.pageSize());
            for (int i = 0; i < pages.count(); i++) {
                fields.putInt(pages.number(i));
            }
            var crc = new CRC32C();
            crc.update(fields.array());
            crc.update(pages.array());
            crc.update(attachment);
            return (int) crc.getValue();
        }
    }

    /** The instance exists from here on. Immutable. */
    record Create(Origin origin, String key) implements JournalRecord {}

    /** The instance is gone from here on: its files may be removed once this is durable. */
    record Delete(Origin origin, String key) implements JournalRecord {}

    /** All commits of the incarnation up to this one are in its database file, safely. */
    record Fold(Origin origin, long commit, int checksum) implements JournalRecord {}
}

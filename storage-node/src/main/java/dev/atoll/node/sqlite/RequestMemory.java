package dev.atoll.node.sqlite;

import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The requests of an instance: those that its table holds, and the newest, which it does not. One
 * thread at a time.
 *
 * <p>Writing every request into the table would cost each commit a page more. So a commit carries
 * its request in its record, which is as durable as the commit; after some, one commit writes all
 * of them into the table: they are <em>settled</em>. What is carried when the database is folded
 * goes to the sidecar, since the journal forgets those commits then.
 */
final class RequestMemory {
    /** One commit in so many writes them all. */
    private static final int CARRIED_MAX = 64;

    /** Of a request that is carried; one that takes more is settled at once. */
    private static final int ENTRY_BYTES_MAX = 1_024;

    /** Of all that are carried: what the sidecar has to hold at most. */
    static final int CARRIED_BYTES_MAX = 16 << 10;

    private static final int SETTLED_KEPT_MAX = 1_024;
    private static final int SETTLED_KEPT_MIN = 64;

    private final List<RequestEntry> carried = new ArrayList<>(0);
    private int carriedBytes;

    // The keys settled last, a ring: a request of later than all others that is not among them is
    // not in the table, and most requests need no look into it.
    private long[] settled = {};
    private int settledCount;
    private long othersUpTo = UNKNOWN;

    /** Nobody has looked into the table yet. */
    private static final long UNKNOWN = Long.MAX_VALUE;

    /** What the sidecar holds. Throws IllegalArgumentException if it does not end with an entry. */
    static RequestMemory of(ByteBuffer sidecar) {
        var memory = new RequestMemory();
        while (sidecar.hasRemaining()) {
            memory.carry(RequestEntry.read(sidecar));
        }
        return memory;
    }

    /** What the sidecar is to hold. */
    ByteBuffer sidecar() {
        var out = ByteBuffer.allocate(carriedBytes);
        carried.forEach(entry -> entry.put(out));
        return out.flip();
    }

    /** What is remembered of a request. */
    Optional<Remembered> find(RequestTable.Request request, RequestTable table)
            throws SQLException {
        for (int i = carried.size() - 1; i >= 0; i--) {
            if (carried.get(i).request().equals(request)) {
                return Optional.of(carried.get(i).remembered());
            }
        }
        if (othersUpTo == UNKNOWN) {
            othersUpTo = table.newestKey();
        }
        long key = request.key();
        return key > othersUpTo && !isSettled(key) ? Optional.empty() : table.find(request);
    }

    private boolean isSettled(long key) {
        int count = Math.min(settledCount, settled.length);
        for (int i = 0; i < count; i++) {
            if (settled[i] == key) {
                return true;
            }
        }
        return false;
    }

    /** How a commit that certainly changes a page is to remember one more. */
    RequestChange with(RequestEntry entry) {
        int bytes = entry.bytesMax();
        return bytes > ENTRY_BYTES_MAX
                        || carried.size() >= CARRIED_MAX
                        || carriedBytes + bytes > CARRIED_BYTES_MAX
                ? settling(entry)
                : new RequestChange.Carry(entry);
    }

    /** How a commit is to remember one more together with all before. */
    RequestChange.Settle settling(RequestEntry entry) {
        var all = new ArrayList<RequestEntry>(carried.size() + 1);
        all.addAll(carried);
        all.add(entry);
        return new RequestChange.Settle(all);
    }

    /** A commit was made. */
    void committed(RequestChange change) {
        switch (change) {
            case RequestChange.None() -> {}
            case RequestChange.Carry(var entry) -> carry(entry);
            case RequestChange.Settle(var entries) -> {
                forgetCarried();
                entries.forEach(entry -> settled(entry.request().key()));
            }
        }
    }

    /** The commit of that record is in the database now; throws IllegalArgumentException. */
    void redone(ByteBuffer attachment) {
        if (!attachment.hasRemaining()) {
            return;
        }
        byte what = attachment.get();
        switch (what) {
            case RequestChange.CARRIES -> carry(RequestEntry.read(attachment));
            case RequestChange.SETTLES -> forgetCarried();
            default ->
                    throw new IllegalArgumentException("requests: " + what + " (expected: 1 or 2)");
        }
    }

    private void carry(RequestEntry entry) {
        carried.add(entry);
        carriedBytes += entry.bytesMax();
    }

    private void forgetCarried() {
        carried.clear();
        carriedBytes = 0;
    }

    private void settled(long key) {
        if (settledCount == settled.length && settled.length < SETTLED_KEPT_MAX) {
            settled = Arrays.copyOf(settled, Math.max(SETTLED_KEPT_MIN, 2 * settled.length));
        }
        int at = settledCount % settled.length;
        if (settledCount >= settled.length) {
            othersUpTo = Math.max(othersUpTo, settled[at]);
        }
        settled[at] = key;
        settledCount =
                settledCount + 1 == 2 * SETTLED_KEPT_MAX ? SETTLED_KEPT_MAX : settledCount + 1;
    }
}

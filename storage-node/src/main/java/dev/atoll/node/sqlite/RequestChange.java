package dev.atoll.node.sqlite;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What a commit does to the memory of requests, beside what its pages say. Immutable.
 *
 * <pre>
 * nothing    none
 * 1, entry   the commit remembers this request, and no page does
 * 2          the pages remember all requests so far
 * </pre>
 */
sealed interface RequestChange {
    byte CARRIES = 1;
    byte SETTLES = 2;

    /** None at all. */
    record None() implements RequestChange {}

    /** Remembered by the commit alone, until a later one settles it. */
    record Carry(RequestEntry entry) implements RequestChange {}

    /** Written into the table: this one's, and what earlier commits carried. */
    record Settle(List<RequestEntry> entries) implements RequestChange {}

    /** What the commit's record says of it. */
    static byte[] attachment(RequestChange change) {
        return switch (change) {
            case None() -> new byte[0];
            case Settle _ -> new byte[] {SETTLES};
            case Carry(var entry) -> {
                var out = ByteBuffer.allocate(1 + entry.bytesMax());
                entry.put(out.put(CARRIES));
                var bytes = new byte[out.flip().remaining()];
                out.get(bytes);
                yield bytes;
            }
        };
    }
}

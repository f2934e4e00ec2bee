package dev.atoll.node.sqlite;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The running checksum of a WAL: of the header, then of each frame on top of the one before
 * (SQLite's file format, section 4.2). One thread at a time.
 */
final class WalChecksum {
    private static final VarHandle LITTLE =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private boolean bigEndian;
    private int first;
    private int second;

    /** Starts anew, as the magic number of the header says. */
    void reset(boolean bigEndianWords) {
        bigEndian = bigEndianWords;
        first = 0;
        second = 0;
    }

    /** Goes back to a state that was there before. */
    void set(int firstSum, int secondSum) {
        first = firstSum;
        second = secondSum;
    }

    /** Adds bytes, a multiple of eight. */
    void add(byte[] bytes, int at, int length) {
        var words = bigEndian ? BIG : LITTLE;
        int s0 = first;
        int s1 = second;
        for (int i = at; i < at + length; i += 2 * Integer.BYTES) {
            s0 += (int) words.get(bytes, i) + s1;
            s1 += (int) words.get(bytes, i + Integer.BYTES) + s0;
        }
        first = s0;
        second = s1;
    }

    int first() {
        return first;
    }

    int second() {
        return second;
    }
}

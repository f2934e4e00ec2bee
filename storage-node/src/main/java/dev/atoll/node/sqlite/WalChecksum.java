package dev.atoll.node.sqlite;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The running checksum of a WAL: of the header, then of each frame on top of the one before
 * (SQLite's file format, section 4.2). One thread at a time.
 *
 * <p>With t(-1) and t(0) for its two halves, word k makes t(k) = t(k-1) + t(k-2) + word k, and the
 * halves are the last two of them: each waits for the one before. But a word counts as often as
 * Fibonacci says, so those of a block can be multiplied and added up side by side, which the
 * compiler does with vectors: a tenth of the time.
 */
final class WalChecksum {
    private static final VarHandle LITTLE =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    /** A page of the usual size. */
    private static final int BLOCK_WORDS = 1_024;

    private static final int BLOCK_BYTES = BLOCK_WORDS * Integer.BYTES;

    /** F(0) = 0, F(1) = 1, and so on, as far as 32 bits hold them: all sums are modulo 2^32. */
    private static final int[] FIBONACCI = fibonacci(BLOCK_WORDS + 2);

    /** How often the words of a block count in the halves behind it. */
    private static final int[] IN_FIRST = weights(BLOCK_WORDS - 1);

    private static final int[] IN_SECOND = weights(BLOCK_WORDS);

    private boolean bigEndian;
    private int first;
    private int second;

    private static int[] fibonacci(int count) {
        var numbers = new int[count];
        numbers[1] = 1;
        for (int i = 2; i < count; i++) {
            numbers[i] = numbers[i - 1] + numbers[i - 2];
        }
        return numbers;
    }

    /** Word j is in t(n) as often as F(n - j + 1) says, from j = 1 to n. */
    private static int[] weights(int n) {
        var weights = new int[BLOCK_WORDS];
        for (int j = 1; j <= n; j++) {
            weights[j - 1] = FIBONACCI[n - j + 1];
        }
        return weights;
    }

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
        int end = at + length;
        int next = at;
        if (bigEndian) {
            addBigEndian(bytes, next, end);
        } else {
            for (; end - next >= BLOCK_BYTES; next += BLOCK_BYTES) {
                addBlock(bytes, next);
            }
            addLittleEndian(bytes, next, end);
        }
    }

    private void addBlock(byte[] bytes, int at) {
        int inFirst = 0;
        int inSecond = 0;
        for (int i = 0; i < BLOCK_WORDS; i++) {
            int word = (int) LITTLE.get(bytes, at + i * Integer.BYTES);
            inFirst += word * IN_FIRST[i];
            inSecond += word * IN_SECOND[i];
        }
        int s0 = first;
        int s1 = second;
        first = inFirst + FIBONACCI[BLOCK_WORDS] * s1 + FIBONACCI[BLOCK_WORDS - 1] * s0;
        second = inSecond + FIBONACCI[BLOCK_WORDS + 1] * s1 + FIBONACCI[BLOCK_WORDS] * s0;
    }

    private void addLittleEndian(byte[] bytes, int from, int end) {
        int s0 = first;
        int s1 = second;
        for (int i = from; i < end; i += 2 * Integer.BYTES) {
            s0 += (int) LITTLE.get(bytes, i) + s1;
            s1 += (int) LITTLE.get(bytes, i + Integer.BYTES) + s0;
        }
        first = s0;
        second = s1;
    }

    private void addBigEndian(byte[] bytes, int from, int end) {
        int s0 = first;
        int s1 = second;
        for (int i = from; i < end; i += 2 * Integer.BYTES) {
            s0 += (int) BIG.get(bytes, i) + s1;
            s1 += (int) BIG.get(bytes, i + Integer.BYTES) + s0;
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

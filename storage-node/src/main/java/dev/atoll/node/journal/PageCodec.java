package dev.atoll.node.journal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Leaves out the zeros of a page: SQLite fills a page from both ends, and what is between is mostly
 * zero.
 *
 * <pre>
 * repeated until the page is full:
 *   0  2  words that follow as they are
 *   2  2  words of zeros after them
 *   4     the words
 * </pre>
 *
 * A word is 8 bytes. Stateless.
 */
final class PageCodec {
    private static final int WORD = Long.BYTES;
    private static final int RUN_HEADER_BYTES = 4;

    /** Shorter runs of zeros cost more than they save. */
    private static final int ZERO_WORDS_MIN = 4;

    // The order does not matter for a comparison with zero; the machine's own is the fastest.
    private static final VarHandle WORDS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private PageCodec() {}

    /**
     * Appends the short form of a page; returns false, with the buffer as it was, if that is no
     * shorter.
     */
    static boolean encode(byte[] page, int at, int pageSize, ByteBuffer out) {
        int begin = out.position();
        int words = pageSize / WORD;
        int literal = 0;
        int word = 0;
        while (literal < words) {
            int zeros = 0;
            while (word < words) {
                if ((long) WORDS.get(page, at + word * WORD) != 0) {
                    word++;
                    continue;
                }
                zeros = zeroWords(page, at, word, words);
                if (zeros >= ZERO_WORDS_MIN) {
                    break;
                }
                word += zeros;
                zeros = 0;
            }
            int literals = word - literal;
            if (out.position() - begin + RUN_HEADER_BYTES + literals * WORD >= pageSize) {
                out.position(begin);
                return false;
            }
            out.putShort((short) literals).putShort((short) zeros);
            out.put(page, at + literal * WORD, literals * WORD);
            word += zeros;
            literal = word;
        }
        return true;
    }

    /** Fills a page that is all zeros; throws IllegalArgumentException if the form is damaged. */
    static void decode(ByteBuffer in, byte[] page, int at, int pageSize) {
        int done = 0;
        while (in.hasRemaining()) {
            int literals = Short.toUnsignedInt(in.getShort()) * WORD;
            int zeros = Short.toUnsignedInt(in.getShort()) * WORD;
            if (done + literals + zeros > pageSize || literals > in.remaining()) {
                throw new IllegalArgumentException("page: runs past its " + pageSize + " bytes");
            }
            in.get(page, at + done, literals);
            done += literals + zeros;
        }
        if (done != pageSize) {
            throw new IllegalArgumentException(
                    "page: " + done + " bytes (expected: " + pageSize + ")");
        }
    }

    private static int zeroWords(byte[] page, int at, int from, int words) {
        int word = from;
        while (word < words && (long) WORDS.get(page, at + word * WORD) == 0) {
            word++;
        }
        return word - from;
    }
}

package dev.atoll.node.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The checksum is what SQLite's file format says, word by word, however it is computed. */
class WalChecksumTest {
    private static final int ROUNDS = 300;

    @Test
    void isTheSumOfTheWordsInTheirOrder() {
        long seed = Long.getLong("atoll.seed", new SecureRandom().nextLong());
        System.out.println("WalChecksumTest: -Datoll.seed=" + seed);
        var random = new Random(seed);
        var bytes = new byte[80_000];
        for (int round = 0; round < ROUNDS; round++) {
            random.nextBytes(bytes);
            boolean bigEndian = random.nextBoolean();
            int at = random.nextInt(4_000);
            // Pages of every size and what is before them, and everything between.
            int length =
                    random.nextInt(3) == 0 ? 512 << random.nextInt(8) : 8 * random.nextInt(9_000);
            int first = random.nextInt();
            int second = random.nextInt();

            var checksum = new WalChecksum();
            checksum.reset(bigEndian);
            checksum.set(first, second);
            checksum.add(bytes, at, length);

            var words = ByteBuffer.wrap(bytes, at, length);
            words.order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
            while (words.hasRemaining()) {
                first += words.getInt() + second;
                second += words.getInt() + first;
            }
            assertThat(checksum.first()).as("round " + round).isEqualTo(first);
            assertThat(checksum.second()).as("round " + round).isEqualTo(second);
        }
    }
}

package dev.atoll.node.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Pages without their zeros, and back. */
class PageCodecTest {
    @Property(tries = 500)
    void givesBackEveryPage(
            @ForAll @IntRange(min = 9, max = 16) int sizeBits,
            @ForAll @IntRange(max = 40) int runs,
            @ForAll long seed) {
        int size = 1 << sizeBits;
        var random = new Random(seed);
        var page = new byte[size + 16];
        random.nextBytes(page);
        for (int i = 0; i < runs; i++) {
            int from = random.nextInt(size);
            int to = Math.min(size, from + random.nextInt(size / 4));
            java.util.Arrays.fill(page, 16 + from, 16 + to, (byte) 0);
        }
        var out = ByteBuffer.allocateDirect(2 * size).position(8);
        if (PageCodec.encode(page, 16, size, out)) {
            assertThat(out.position() - 8).isLessThan(size);
            var back = new byte[size + 16];
            PageCodec.decode(out.flip().position(8), back, 16, size);
            assertThat(ByteBuffer.wrap(back, 16, size)).isEqualTo(ByteBuffer.wrap(page, 16, size));
        } else {
            assertThat(out.position()).isEqualTo(8);
        }
    }

    @Test
    void leavesOutZeros() {
        var out = ByteBuffer.allocate(4096);
        assertThat(PageCodec.encode(new byte[4096], 0, 4096, out)).isTrue();
        assertThat(out.position()).isEqualTo(4);
    }
}

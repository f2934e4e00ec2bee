package dev.atoll.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardHashTest {
    /** Pinned: a change here would lose every instance that was ever placed. */
    @ParameterizedTest
    @CsvSource({
        "'', efd01f60ba992926, 294",
        "a, 82a2a958a9bece5b, 603",
        "catalog, f108ffd0408e2506, 262",
        "user:alice, dc63a85dac8fb925, 293",
        "user:Alice, d86a27dae0dcde6b, 619",
        "workspace:né 😀, 4195c40eccc765cf, 463"
    })
    void hashesAsEverBefore(String text, String hash, int shard) {
        long value = ShardHash.hash64(text.getBytes(StandardCharsets.UTF_8));
        assertThat(Long.toHexString(value)).isEqualTo(hash);
        assertThat(Long.remainderUnsigned(value, ShardHash.SHARDS_DEFAULT)).isEqualTo(shard);
    }

    @Test
    void spreadsNumberedKeysEvenly() {
        int[] counts = new int[ShardHash.SHARDS_DEFAULT];
        int keys = 100 * counts.length;
        IntStream.range(0, keys)
                .forEach(
                        i ->
                                counts[
                                        ShardHash.shard(
                                                new InstanceKey("user", "" + i), counts.length)]++);
        // 100 are expected in each; five standard deviations are 50.
        assertThat(IntStream.of(counts)).allMatch(count -> count >= 50 && count <= 150);
    }
}

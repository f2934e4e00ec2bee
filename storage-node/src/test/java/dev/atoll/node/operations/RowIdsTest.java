package dev.atoll.node.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashSet;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RowIdsTest {
    private final RowIds ids = new RowIds(new Random(1));

    @Test
    void haveTheTimeInFront() {
        var now = Instant.parse("2026-11-21T12:00:00.123Z");
        var id = UUID.fromString(ids.next(now));
        assertThat(id.version()).isEqualTo(7);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(now.toEpochMilli());
    }

    @Test
    void growWithinAMillisecondAndWhenTheClockGoesBack() {
        var now = Instant.parse("2026-11-21T12:00:00Z");
        var last = "";
        for (int i = 0; i < 10_000; i++) {
            var id = ids.next(i % 2 == 0 ? now : now.minusSeconds(i));
            assertThat(id).isGreaterThan(last);
            last = id;
        }
    }

    @Test
    void differBetweenNodes() {
        var seen = new HashSet<String>();
        for (int seed = 0; seed < 1_000; seed++) {
            assertThat(seen.add(new RowIds(new Random(seed)).next(Instant.EPOCH))).isTrue();
        }
    }
}

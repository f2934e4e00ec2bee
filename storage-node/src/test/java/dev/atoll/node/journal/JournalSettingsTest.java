package dev.atoll.node.journal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JournalSettingsTest {
    @ParameterizedTest
    @CsvSource({"24576, 256", "1024, 256", "400, 100", "128, 32", "32, 16"})
    void whatWaitsIsAPartOfTheHeap(long heapMib, long waitingMib) {
        assertThat(JournalSettings.forHeap(heapMib << 20).waitingBytesMax())
                .isEqualTo(waitingMib << 20);
    }
}

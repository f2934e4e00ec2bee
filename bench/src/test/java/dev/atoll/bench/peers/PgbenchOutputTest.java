package dev.atoll.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class PgbenchOutputTest {
    private static final String OUTPUT =
            """
            pgbench (15.18 (Debian 15.18-0+deb12u1))
            transaction type: insert.sql
            scaling factor: 1
            query mode: prepared
            number of clients: 64
            number of threads: 2
            maximum number of tries: 1
            duration: 5 s
            number of transactions actually processed: 115017
            number of failed transactions: 0 (0.000%)
            latency average = 2.782 ms
            initial connection time = 61.310 ms
            tps = 22998.102452 (without initial connection time)
            """;

    @Test
    void readsTheRate() throws IOException {
        var measured = PgbenchOutput.read(OUTPUT);
        assertThat(measured.perSecond()).isEqualTo(22998.102452);
        assertThat(measured.p99Micros()).isNaN();
    }

    @Test
    void refusesARunWithFailures() {
        assertThatThrownBy(
                        () ->
                                PgbenchOutput.read(
                                        OUTPUT.replace("transactions: 0 (0", "transactions: 3 (1")))
                .isInstanceOf(IOException.class)
                .hasMessage("pgbench: number of failed transactions: 3");
        assertThatThrownBy(
                        () ->
                                PgbenchOutput.read(
                                        "pgbench: error: client 3 script 0 aborted\n" + OUTPUT))
                .hasMessage("pgbench: error: client 3 script 0 aborted");
    }

    @Test
    void saysWhatIsNotThere() {
        assertThatThrownBy(() -> PgbenchOutput.read("nothing"))
                .hasMessageContaining("no tps")
                .hasMessageContaining("nothing");
    }
}

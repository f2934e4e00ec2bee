package dev.atoll.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class WrkOutputTest {
    private static final String OUTPUT =
            """
            Running 5s test @ http://127.0.0.1:8787
              2 threads and 64 connections
              Thread Stats   Avg      Stdev     Max   +/- Stdev
                Latency    42.08ms    7.96ms 104.32ms   82.34%
                Req/Sec   766.21     75.12     0.93k    72.00%
              Latency Distribution
                 50%   40.12ms
                 75%   45.01ms
                 90%   50.90ms
                 99%   1.07s
              7654 requests in 5.01s, 1.04MB read
            Requests/sec:   1527.71
            Transfer/sec:    212.35KB
            """;

    @Test
    void readsRateAndPercentiles() throws IOException {
        assertThat(WrkOutput.read(OUTPUT)).isEqualTo(new Measurement(1527.71, 40_120, 1_070_000));
        assertThat(WrkOutput.read(OUTPUT.replace("40.12ms", "731.00us")).p50Micros())
                .isEqualTo(731);
    }

    @Test
    void refusesARunWithWrongAnswers() {
        assertThatThrownBy(
                        () ->
                                WrkOutput.read(
                                        OUTPUT.replace(
                                                "Requests/sec",
                                                "  Non-2xx or 3xx responses: 12\nRequests/sec")))
                .isInstanceOf(IOException.class)
                .hasMessage("wrk: Non-2xx or 3xx responses: 12");
        assertThatThrownBy(
                        () ->
                                WrkOutput.read(
                                        OUTPUT.replace(
                                                "Requests/sec",
                                                "  Socket errors: connect 0, read 3, write 0,"
                                                        + " timeout 0\nRequests/sec")))
                .hasMessageStartingWith("wrk: Socket errors: connect 0, read 3");
    }

    @Test
    void saysWhatIsNotThere() {
        assertThatThrownBy(() -> WrkOutput.read("unable to connect to 127.0.0.1:1"))
                .hasMessageContaining("Requests/sec")
                .hasMessageContaining("unable to connect");
    }
}

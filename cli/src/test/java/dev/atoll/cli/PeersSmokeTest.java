package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The comparison with whatever is installed here, as small as can be: {@code -Datoll.peers=true},
 * because it may load workerd from npm.
 */
@EnabledIfSystemProperty(named = "atoll.peers", matches = "true")
@Timeout(300)
class PeersSmokeTest {
    @Test
    void measuresWhatIsInstalled() {
        var out = new StringWriter();
        var err = new StringWriter();
        var commandLine = Atoll.commandLine();
        commandLine.setOut(new PrintWriter(out));
        commandLine.setErr(new PrintWriter(err));
        int code =
                commandLine.execute(
                        "bench",
                        "peers",
                        "--instances=5",
                        "--callers=4",
                        "--rounds=1",
                        "--seconds=1",
                        "--warm-up=0",
                        "--json");
        assertThat(code).as(err.toString()).isZero();
        assertThat(out.toString())
                .contains("\"ATOLL_UNARY_INSERTS\": [{\"perSecond\": ")
                .contains("\"ATOLL_PIPELINE_READS\": [{\"perSecond\": ");
    }
}

package dev.atoll.system;

import static dev.atoll.system.harness.Sql.row;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.system.harness.AtollProcess;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.MetricsPage;
import dev.atoll.system.harness.SharedCluster;
import dev.atoll.system.harness.StreamReader;
import dev.atoll.system.harness.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** The metrics that the docs list are those that the endpoints show. */
@ExtendWith(LogsOnFailure.class)
@TestInstance(Lifecycle.PER_CLASS)
class MetricsIT {
    private static final Path DOCS = Path.of("..", "docs", "metrics.md");
    private static final Pattern DOCUMENTED = Pattern.compile("^\\| *`(atoll_[a-z0-9_]+)`.*");
    private static final String SECRET_ID = "id-that-no-metric-shows";

    private final TestCluster cluster = SharedCluster.get();

    @BeforeAll
    void callEverything() {
        var client = SharedCluster.client();
        var instance = client.instance("metrics", SECRET_ID);
        instance.having(
                "CREATE TABLE IF NOT EXISTS t(a)", "DELETE FROM t", "INSERT INTO t VALUES (1)");
        assertThat(instance.rows("SELECT a FROM t")).containsExactly(row(1));
        assertThat(instance.refusedQuery("SELECT nothing").reason()).isEqualTo("SQL_ERROR");
        var stream = StreamReader.open(instance, "SELECT 1");
        stream.readAll();
        assertThat(stream.awaitEnd(Duration.ofSeconds(10)).code())
                .isEqualTo(io.grpc.Status.Code.OK);
    }

    @Test
    void routerShowsWhatTheDocsList() throws IOException {
        assertShowsWhatTheDocsList(cluster.router(0), "atoll_router_");
    }

    @Test
    void nodeShowsWhatTheDocsList() throws IOException {
        assertShowsWhatTheDocsList(cluster.node(0), "atoll_node_");
    }

    @Test
    void everyMetricHasADescription() {
        for (var process : new AtollProcess[] {cluster.router(0), cluster.node(0)}) {
            var page = new MetricsPage(process.http("/metrics").body());

            assertThat(page.names("atoll_")).isNotEmpty();
            assertThat(page.namesWithoutHelp()).isEmpty();
            assertThat(page.names("jvm_")).isNotEmpty();
        }
    }

    @Test
    void noLabelNamesAnInstance() {
        for (var process : new AtollProcess[] {cluster.router(0), cluster.node(0)}) {
            assertThat(process.http("/metrics").body()).doesNotContain(SECRET_ID);
        }
    }

    private static void assertShowsWhatTheDocsList(AtollProcess process, String prefix)
            throws IOException {
        var documented = new TreeSet<String>();
        for (var line : Files.readAllLines(DOCS)) {
            var matcher = DOCUMENTED.matcher(line);
            if (matcher.matches() && matcher.group(1).startsWith(prefix)) {
                documented.add(matcher.group(1));
            }
        }

        var page = new MetricsPage(process.http("/metrics").body());

        assertThat(page.names(prefix)).containsExactlyElementsOf(documented);
    }
}

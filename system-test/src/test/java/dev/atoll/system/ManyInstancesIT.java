package dev.atoll.system;

import static dev.atoll.system.harness.Sql.row;
import static dev.atoll.system.harness.Sql.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.ListInstancesRequest;
import dev.atoll.system.harness.Burst;
import dev.atoll.system.harness.DevServer;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.MetricsPage;
import dev.atoll.system.harness.TestClient;
import dev.atoll.system.harness.TestCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Ten times as many instances as may be open, in the heap that a node is promised to need. */
@ExtendWith(LogsOnFailure.class)
class ManyInstancesIT {
    private static final int INSTANCES = 10_000;
    private static final int OPEN_MAX = 1_000;
    private static final int AT_ONCE = 64;
    private static final Duration WORK_MAX = Duration.ofMinutes(3);

    @Test
    void tenThousandInstancesOfWhichAThousandAreOpen() throws Exception {
        try (var server = new DevServer(TestCluster.newFolder("many"))) {
            server.process().withJvmFlag("-Xmx1g").with("open-instances-max", OPEN_MAX);
            server.start();
            try (var client = server.client()) {
                assertThat(created(client)).isEqualTo(Map.of("OK", INSTANCES));

                for (int i = 0; i < INSTANCES; i += 97) {
                    assertThat(client.instance("many", id(i)).rows("SELECT a FROM t"))
                            .containsExactly(row(i));
                }
                assertThat(listed(client)).isEqualTo(INSTANCES);
                var page = new MetricsPage(server.process().http("/metrics").body());
                assertThat(page.sum("atoll_node_instances_open")).isBetween(1.0, (double) OPEN_MAX);
                assertThat(page.sum("atoll_node_instances_known")).isEqualTo(INSTANCES);
            }
            server.deleteData();
        }
    }

    private static Map<String, Integer> created(TestClient client) {
        var window = new Semaphore(AT_ONCE);
        return Burst.of(
                INSTANCES,
                WORK_MAX,
                i -> {
                    window.acquireUninterruptibly();
                    var instance = client.instance("many", id(i));
                    var call =
                            client.databaseAsync()
                                    .mutate(
                                            instance.mutateRequest(
                                                    write("CREATE TABLE t(a)"),
                                                    write("INSERT INTO t VALUES (?)", i)));
                    call.addListener(window::release, Runnable::run);
                    return call;
                });
    }

    private static int listed(TestClient client) throws IOException {
        var keys = new HashSet<String>();
        var request = ListInstancesRequest.newBuilder().setNamespace("many").setPageSize(1000);
        do {
            var page = client.instances().listInstances(request.build());
            page.getInstancesList().forEach(instance -> keys.add(instance.getKey().getId()));
            request.setPageToken(page.getNextPageToken());
        } while (!request.getPageToken().isEmpty());
        return keys.size();
    }

    private static String id(int number) {
        return "i" + number;
    }
}

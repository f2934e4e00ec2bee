package dev.atoll.system;

import static dev.atoll.system.harness.Sql.row;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.ApplyConfigRequest;
import dev.atoll.proto.v1.GetConfigRequest;
import dev.atoll.system.harness.DevServer;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.MetricsPage;
import dev.atoll.system.harness.TestCluster;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code atoll dev} as a process: no etcd, and data that is there again. */
@ExtendWith(LogsOnFailure.class)
class DevIT {
    @Test
    void dataIsThereAgainAfterAStopAndAfterAKill() throws Exception {
        try (var server = new DevServer(TestCluster.newFolder("dev")).start()) {
            try (var client = server.client()) {
                var instance = client.instance("user", "alice");
                instance.having("CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
                assertThat(Files.exists(server.data().resolve("dev.json"))).isTrue();

                assertThat(server.process().terminate()).isIn(0, 143);
                assertThat(Files.exists(server.data().resolve("dev.json"))).isFalse();
                server.start();
                instance.mutate("INSERT INTO t VALUES (2)");
                server.process().kill();
                server.start();

                assertThat(instance.rows("SELECT a FROM t")).containsExactly(row(1), row(2));
            }
            assertThat(server.process().log())
                    .contains("ready", server.data().toString())
                    .doesNotContain("\tat ");
            var key = server.data().resolve("keys").resolve("dev-key.json");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void declarationsAreThereAgainAfterAKill() throws Exception {
        try (var server = new DevServer(TestCluster.newFolder("dev-config")).start()) {
            try (var client = server.client()) {
                for (int i = 1; i <= 3; i++) {
                    var applied =
                            client.config()
                                    .applyConfig(
                                            ApplyConfigRequest.newBuilder()
                                                    .setYaml("databases: { user: {} } # " + i)
                                                    .build());
                    assertThat(applied.getVersion()).isEqualTo(i);
                }
                server.process().kill();
                server.start();

                var shown = client.config().getConfig(GetConfigRequest.getDefaultInstance());
                assertThat(shown.getVersion()).isEqualTo(3);
                assertThat(shown.getYaml()).isEqualTo("databases: { user: {} } # 3");
                var metrics = new MetricsPage(server.process().http("/metrics").body());
                assertThat(metrics.sum("atoll_node_config_version")).isEqualTo(3);
                assertThat(metrics.sum("atoll_node_config_confirmed")).isEqualTo(1);
            }
        }
    }
}

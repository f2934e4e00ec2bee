package dev.atoll.system;

import static dev.atoll.system.harness.Sql.row;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.ApplyConfigRequest;
import dev.atoll.proto.v1.ExplainRulesRequest;
import dev.atoll.proto.v1.GetConfigRequest;
import dev.atoll.system.harness.DevServer;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.MetricsPage;
import dev.atoll.system.harness.TestClient;
import dev.atoll.system.harness.TestCluster;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code atoll dev} as a process: no etcd, and data that is there again. */
@ExtendWith(LogsOnFailure.class)
class DevIT {
    private static final String NOTES =
            """
            databases:
              user:
                dynamic: true
                access:
                  access: instance.id == auth.id
                tables:
                  notes:
                    fields:
                      title: { type: text }
                    access:
                      read: row.title != ''
            """;

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

    @Test
    void startsWithTheFileThatItIsGiven() throws Exception {
        var folder = TestCluster.newFolder("dev-file");
        var file = Files.writeString(folder.resolve("blocks.yaml"), NOTES);
        try (var server = new DevServer(folder)) {
            server.process().with("config", file);
            server.start();
            try (var client = server.client()) {
                var rules =
                        client.config()
                                .explainRules(
                                        ExplainRulesRequest.newBuilder()
                                                .setNamespace("user")
                                                .setTable("notes")
                                                .build())
                                .getSqlByOperationMap();
                assertThat(rules).containsOnlyKeys("read");
                assertThat(rules.get("read")).contains("\"title\"");
                var access =
                        client.config()
                                .explainRules(
                                        ExplainRulesRequest.newBuilder()
                                                .setNamespace("user")
                                                .build())
                                .getSqlByOperationMap();
                assertThat(access).containsOnlyKeys("access");

                server.process().kill();
                server.start();
                assertThat(version(client)).isEqualTo(1);

                server.process().kill();
                Files.writeString(file, NOTES + "# with a remark\n");
                server.start();
                assertThat(version(client)).isEqualTo(2);
            }
            server.process().kill();
            Files.writeString(file, "databases: { user: {} }");
            assertThat(server.process().start().awaitExit()).isOne();
            assertThat(server.process().log()).contains("notes").doesNotContain("\tat ");
            Files.writeString(file, "databases: { user: { table: {} } }");
            assertThat(server.process().start().awaitExit()).isOne();
            assertThat(server.process().log()).contains("did you mean 'tables'");
        }
    }

    private static long version(TestClient client) {
        return client.config().getConfig(GetConfigRequest.getDefaultInstance()).getVersion();
    }
}

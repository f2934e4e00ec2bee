package dev.atoll.system;

import static dev.atoll.system.harness.Sql.row;
import static io.grpc.Status.Code.RESOURCE_EXHAUSTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.system.harness.DevServer;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.TestCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A disk with too little space left: writes are refused, reads go on, and nothing is lost. */
@ExtendWith(LogsOnFailure.class)
class FullDiskIT {
    /** More than any disk has, so that every disk counts as full. */
    private static final String ALL = "1000000GiB";

    @Test
    void fullDiskRefusesWritesAndServesReads() throws Exception {
        try (var server = new DevServer(TestCluster.newFolder("full")).start();
                var client = server.client()) {
            var instance = client.instance("user", "alice");
            instance.having("CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
            var unborn = client.instance("user", "bob");
            assertThat(server.process().terminate()).isIn(0, 143);
            server.process().with("disk-reserve", ALL);
            server.start();

            instance.refusedMutate("INSERT INTO t VALUES (2)").is(RESOURCE_EXHAUSTED, "NODE_FULL");
            unborn.refusedMutate("CREATE TABLE t(a)").is(RESOURCE_EXHAUSTED, "NODE_FULL");

            assertThat(instance.rows("SELECT a FROM t")).containsExactly(row(1));
            assertThat(server.process().terminate()).isIn(0, 143);
            server.process().without("disk-reserve");
            server.start();
            instance.mutate("INSERT INTO t VALUES (2)");
            assertThat(instance.rows("SELECT a FROM t")).containsExactly(row(1), row(2));
        }
    }
}

package dev.atoll.system;

import static dev.atoll.system.harness.Sql.row;
import static io.grpc.Status.Code.NOT_FOUND;
import static io.grpc.Status.Code.RESOURCE_EXHAUSTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atoll.system.harness.DevServer;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.Refusal;
import dev.atoll.system.harness.SmallDisk;
import dev.atoll.system.harness.TestCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A disk with too little space left: writes are refused, reads go on, and nothing is lost. */
@ExtendWith(LogsOnFailure.class)
class FullDiskIT {
    /** More than any disk has, so that every disk counts as full. */
    private static final String ALL = "1000000GiB";

    private static final int DISK_MEBIBYTES = 64;
    private static final long BYTES_LEFT = 2 << 20;

    @Test
    void diskBelowItsReserveRefusesWritesAndServesReads() throws Exception {
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

    @Test
    void diskThatFillsUpUnderWritesLosesNothing() throws Exception {
        var folder = TestCluster.newFolder("small-disk");
        var mounted = SmallDisk.mount(folder.resolve("data"), DISK_MEBIBYTES);
        assumeTrue(mounted.isPresent(), "a file system of its own can be mounted");
        try (var disk = mounted.get();
                var server = new DevServer(folder)) {
            // No reserve: the disk itself is what refuses.
            server.process().with("disk-reserve", "0").with("journal-segment-bytes", "1MiB");
            server.start();
            try (var client = server.client()) {
                var instance = client.instance("user", "alice");
                instance.having("CREATE TABLE t(a, b)");
                disk.fill(BYTES_LEFT);

                long stored = fillUntilRefused(instance);

                assertThat(count(instance)).isEqualTo(stored);
                disk.release();
                insert(instance, stored);
                server.process().kill();
                server.start();
                assertThat(count(instance)).isEqualTo(stored + 1);
                assertThat(instance.rows("PRAGMA integrity_check")).containsExactly(row("ok"));
            }
            server.process().kill();
        }
    }

    @Test
    void anInstanceCanBeDeletedFromADiskThatIsFull() throws Exception {
        var folder = TestCluster.newFolder("full-disk-delete");
        var mounted = SmallDisk.mount(folder.resolve("data"), DISK_MEBIBYTES);
        assumeTrue(mounted.isPresent(), "a file system of its own can be mounted");
        try (var disk = mounted.get();
                var server = new DevServer(folder)) {
            server.process().with("disk-reserve", "0").with("journal-segment-bytes", "1MiB");
            server.start();
            try (var client = server.client()) {
                var large = client.instance("user", "large");
                var small = client.instance("user", "small");
                large.having("CREATE TABLE t(a, b)");
                small.having("CREATE TABLE t(a, b)");
                for (int i = 0; i < 10; i++) {
                    insert(large, i);
                }
                disk.fill(0);
                client.instance("user", "new")
                        .refusedMutate("CREATE TABLE t(a)")
                        .is(RESOURCE_EXHAUSTED, "NODE_FULL");

                large.delete();

                large.refusedQuery("SELECT 1").is(NOT_FOUND, "INSTANCE_NOT_FOUND");
                assertThat(count(small)).isZero();
            }
            server.process().kill();
        }
    }

    private static long fillUntilRefused(InstanceHandle instance) {
        long[] stored = {0};
        Refusal.of(
                        () -> {
                            for (int i = 0; i < DISK_MEBIBYTES; i++) {
                                insert(instance, i);
                                stored[0]++;
                            }
                        })
                .is(RESOURCE_EXHAUSTED, "NODE_FULL");
        return stored[0];
    }

    private static void insert(InstanceHandle instance, long number) {
        instance.mutate("INSERT INTO t VALUES (?, zeroblob(300000))", number);
    }

    private static long count(InstanceHandle instance) {
        return (Long) instance.rows("SELECT count(*) FROM t").get(0).get(0);
    }
}

package dev.atoll.system;

import static dev.atoll.system.harness.Sql.row;
import static dev.atoll.system.harness.Sql.write;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import dev.atoll.proto.v1.MutateResponse;
import dev.atoll.system.harness.Eventually;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.Load;
import dev.atoll.system.harness.LogsOnFailure;
import dev.atoll.system.harness.RequestIds;
import dev.atoll.system.harness.SharedCluster;
import dev.atoll.system.harness.TestClient;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One effect for one request id, whatever is sent twice or killed in between. */
@ExtendWith(LogsOnFailure.class)
class ExactlyOnceIT {
    private static final int TIMES = 100;
    private static final int KILLS = 2;
    private static final Duration PROGRESS_MAX = Duration.ofSeconds(40);

    private final TestClient first = SharedCluster.client();
    private final InstanceHandle instance =
            first.fresh()
                    .having("CREATE TABLE counter(n INTEGER)", "INSERT INTO counter VALUES (0)");

    @Test
    void sameMutateAHundredTimesAtOnceThroughTwoRouters() throws Exception {
        var request =
                instance
                        .mutateRequest(write("UPDATE counter SET n = n + 1 RETURNING n"))
                        .toBuilder()
                        .setRequestId(RequestIds.now())
                        .build();
        var replies = new ArrayList<ListenableFuture<MutateResponse>>();
        try (var second = SharedCluster.get().client(1)) {
            for (int i = 0; i < TIMES; i++) {
                replies.add((i % 2 == 0 ? first : second).databaseAsync().mutate(request));
            }
            var all = Futures.allAsList(replies).get(30, TimeUnit.SECONDS);

            assertThat(all).filteredOn(reply -> !reply.getReplayed()).hasSize(1);
            assertThat(all)
                    .extracting(reply -> reply.toBuilder().setReplayed(false).build())
                    .containsOnly(all.get(0).toBuilder().setReplayed(false).build());
        }
        assertThat(instance.rows("SELECT n FROM counter")).containsExactly(row(1));
    }

    @Test
    void incrementsSurviveAKilledNodeExactlyOnce() {
        var node = SharedCluster.get().node(0);
        var acknowledged = new AtomicLong();
        try (var load = new Load("counter", _ -> incrementUntilAcknowledged(acknowledged))) {
            for (int i = 0; i < KILLS; i++) {
                awaitProgress(acknowledged);
                node.kill();
                node.start();
            }
            node.awaitReady();
            awaitProgress(acknowledged);
            load.stop();

            assertThat(load.failures()).isEmpty();
        }
        assertThat(instance.rows("SELECT n FROM counter")).containsExactly(row(acknowledged.get()));
    }

    private static void awaitProgress(AtomicLong acknowledged) {
        long enough = acknowledged.get() + 50;
        Eventually.await("50 more increments", PROGRESS_MAX, () -> acknowledged.get() >= enough);
    }

    private void incrementUntilAcknowledged(AtomicLong acknowledged) {
        var request =
                instance.mutateRequest(write("UPDATE counter SET n = n + 1")).toBuilder()
                        .setRequestId(RequestIds.now())
                        .build();
        Eventually.await(
                "an increment is acknowledged",
                PROGRESS_MAX,
                () -> {
                    try {
                        var _ =
                                first.database()
                                        .withDeadlineAfter(5, TimeUnit.SECONDS)
                                        .mutate(request);
                        return true;
                    } catch (StatusRuntimeException e) {
                        return false;
                    }
                });
        acknowledged.incrementAndGet();
    }
}

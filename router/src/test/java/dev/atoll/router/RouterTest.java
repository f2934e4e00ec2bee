package dev.atoll.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.DescribeInstanceRequest;
import dev.atoll.proto.v1.InstanceKey;
import dev.atoll.proto.v1.InstanceServiceGrpc;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.QueryResponse;
import dev.atoll.wire.CallMetadata;
import dev.atoll.wire.Caller;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.Reason;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouterTest {
    private static final QueryRequest QUERY =
            QueryRequest.newBuilder()
                    .setInstance(InstanceKey.newBuilder().setNamespace("user").setId("alice"))
                    .setMinBookmark("b")
                    .build();

    @TempDir private Path folder;
    private FakeNode node;
    private RunningRouter running;

    @BeforeEach
    void start() throws Exception {
        var name = "node-" + UUID.randomUUID();
        node = FakeNode.inProcess(name);
        running = RunningRouter.local(folder, new LocalNode("n1", 16, name), Map.of());
    }

    @AfterEach
    void stop() throws Exception {
        running.close();
        node.close();
    }

    @Test
    void forwardsACallWithTheKeyItAuthorisedAndTheVerifiedCaller() throws Exception {
        var reply = QueryResponse.newBuilder().setBookmark("b1").build();
        node.behave(call -> call.reply(reply.toByteArray()));

        var answer =
                DatabaseServiceGrpc.newBlockingStub(running.channel)
                        .withInterceptors(running.admin())
                        .query(QUERY);

        assertThat(answer).isEqualTo(reply);
        var call = node.only();
        assertThat(call.body).isEqualTo(QUERY.toByteArray());
        assertThat(call.key()).isEqualTo("user:alice");
        assertThat(call.caller())
                .isEqualTo(new Caller(Caller.Kind.SERVICE, TestIssuer.SERVICES, "tester"));
        assertThat(call.headers.containsKey(CallMetadata.AUTHORIZATION)).isFalse();
    }

    @Test
    void refusesACallWithoutATokenBeforeItReachesTheNode() {
        var request = DescribeInstanceRequest.newBuilder().setInstance(QUERY.getInstance()).build();
        assertThatThrownBy(
                        () ->
                                InstanceServiceGrpc.newBlockingStub(running.channel)
                                        .describeInstance(request))
                .asInstanceOf(type(StatusRuntimeException.class))
                .satisfies(e -> assertThat(reason(e)).isEqualTo(Reason.TOKEN_MISSING));
        assertThat(node.received()).isEmpty();
    }

    @Test
    void tellsTheNodeThatACallForDataCameWithoutAToken() {
        node.behave(call -> call.reply(new byte[0]));

        var _ = DatabaseServiceGrpc.newBlockingStub(running.channel).query(QUERY);

        assertThat(node.only().caller()).isEqualTo(Caller.NOBODY);
    }

    static Reason reason(StatusRuntimeException error) {
        return FailureStatus.find(error.getStatus(), error.getTrailers()).orElseThrow().reason();
    }
}

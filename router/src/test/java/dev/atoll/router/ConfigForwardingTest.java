package dev.atoll.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.ApplyConfigRequest;
import dev.atoll.proto.v1.ApplyConfigResponse;
import dev.atoll.proto.v1.ConfigServiceGrpc;
import dev.atoll.proto.v1.GetConfigRequest;
import dev.atoll.proto.v1.GetMigrationStatusRequest;
import dev.atoll.proto.v1.GetMigrationStatusResponse;
import dev.atoll.proto.v1.ListConfigVersionsRequest;
import dev.atoll.proto.v1.PauseMigrationRequest;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.Reason;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a router does with the calls of {@code ConfigService}. */
class ConfigForwardingTest {
    private static final ApplyConfigRequest APPLY =
            ApplyConfigRequest.newBuilder().setYaml("databases: {}").build();

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
    void stop() {
        running.close();
        node.close();
    }

    @Test
    void aNodeIsAskedInTheNameOfTheCaller() throws Exception {
        node.behave(
                call ->
                        call.reply(
                                ApplyConfigResponse.newBuilder()
                                        .setVersion(7)
                                        .build()
                                        .toByteArray()));

        assertThat(stub("*=admin").applyConfig(APPLY).getVersion()).isEqualTo(7);

        var received = node.only();
        assertThat(ApplyConfigRequest.parseFrom(received.body)).isEqualTo(APPLY);
        assertThat(received.caller().kind()).isEqualTo(dev.atoll.wire.Caller.Kind.SERVICE);
    }

    @Test
    void onlyThoseWhoLookAfterTheClusterMayCall() throws Exception {
        for (var scope : new String[] {"*=read,write", "user:*=admin"}) {
            var stub = stub(scope);
            assertThat(refused(() -> stub.applyConfig(APPLY)).reason())
                    .isEqualTo(Reason.SCOPE_DENIED);
            assertThat(
                            refused(() -> stub.getConfig(GetConfigRequest.getDefaultInstance()))
                                    .reason())
                    .isEqualTo(Reason.SCOPE_DENIED);
            assertThat(
                            refused(
                                            () ->
                                                    stub.listConfigVersions(
                                                            ListConfigVersionsRequest
                                                                    .getDefaultInstance()))
                                    .reason())
                    .isEqualTo(Reason.SCOPE_DENIED);
        }
        assertThat(node.received()).isEmpty();
    }

    @Test
    void whatTheNodeSaysOfTheFileIsTheAnswer() throws Exception {
        node.behave(
                call ->
                        call.fail(
                                Failure.of(Reason.EXPECTATION_FAILED, "version 8 is current")
                                        .with("current_version", "8")));

        var stub = stub("*=admin");
        var refusal = refused(() -> stub.applyConfig(APPLY));

        assertThat(refusal.reason()).isEqualTo(Reason.EXPECTATION_FAILED);
        assertThat(refusal.message()).isEqualTo("version 8 is current");
        assertThat(refusal.details()).containsEntry("current_version", "8");
        assertThat(node.received()).hasSize(1);
    }

    @Test
    void aNodeThatCannotBeReachedDidNothing() throws Exception {
        node.close();

        var stub = stub("*=admin");
        assertThat(refused(() -> stub.applyConfig(APPLY)).reason())
                .isEqualTo(Reason.NODE_UNAVAILABLE);
    }

    @Test
    void nobodyKnowsWhatANodeDidThatBrokeOff() throws Exception {
        node.behave(_ -> Thread.ofVirtual().start(node::close));

        var stub = stub("*=admin");
        assertThat(refused(() -> stub.applyConfig(APPLY)).reason())
                .isEqualTo(Reason.OUTCOME_UNKNOWN);
    }

    @Test
    void whatChangesNothingWasCertainlyNotDone() throws Exception {
        node.behave(_ -> Thread.ofVirtual().start(node::close));

        var stub = stub("*=admin");
        var dryRun = APPLY.toBuilder().setDryRun(true).build();
        assertThat(refused(() -> stub.applyConfig(dryRun)).reason())
                .isEqualTo(Reason.NODE_UNAVAILABLE);
    }

    @Test
    void whetherAPauseReachedANodeThatBrokeOffNobodyKnows() throws Exception {
        node.behave(_ -> Thread.ofVirtual().start(node::close));

        var stub = stub("*=admin");
        assertThat(
                        refused(
                                        () ->
                                                stub.pauseMigration(
                                                        PauseMigrationRequest.getDefaultInstance()))
                                .reason())
                .isEqualTo(Reason.OUTCOME_UNKNOWN);
    }

    @Test
    void aNodeThatDoesNotSayHowFarItIsIsNamed() throws Exception {
        node.behave(
                call ->
                        call.reply(
                                GetMigrationStatusResponse.newBuilder()
                                        .setPending(3)
                                        .putInstancesByVersion(7, 5)
                                        .build()
                                        .toByteArray()));
        var stub = stub("*=admin");
        var status = stub.getMigrationStatus(GetMigrationStatusRequest.getDefaultInstance());
        assertThat(status.getPending()).isEqualTo(3);
        assertThat(status.getInstancesByVersionMap()).containsExactly(Map.entry(7L, 5L));
        assertThat(status.getUnavailableNodesList()).isEmpty();

        node.close();
        status = stub.getMigrationStatus(GetMigrationStatusRequest.getDefaultInstance());
        assertThat(status.getUnavailableNodesList()).containsExactly("n1");
        assertThat(status.getPending()).isZero();

        var reader = stub("*=read,write");
        assertThat(
                        refused(
                                        () ->
                                                reader.getMigrationStatus(
                                                        GetMigrationStatusRequest
                                                                .getDefaultInstance()))
                                .reason())
                .isEqualTo(Reason.SCOPE_DENIED);
    }

    private ConfigServiceGrpc.ConfigServiceBlockingStub stub(String scope) throws Exception {
        return ConfigServiceGrpc.newBlockingStub(running.channel)
                .withInterceptors(RunningRouter.token(running.issuer.service(scope)));
    }

    private static Failure refused(ThrowingCallable call) {
        var thrown = Assertions.catchThrowableOfType(StatusRuntimeException.class, call);
        return FailureStatus.find(thrown.getStatus(), thrown.getTrailers()).orElseThrow();
    }
}

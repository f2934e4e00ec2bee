package dev.atoll.node.rpc;

import com.google.protobuf.Timestamp;
import dev.atoll.node.blocks.Block;
import dev.atoll.node.blocks.schema.RuleExplanation;
import dev.atoll.node.config.ActiveConfig;
import dev.atoll.node.config.ConfigVersion;
import dev.atoll.node.config.ConfigVersions;
import dev.atoll.node.migration.Fleet;
import dev.atoll.node.migration.MigrationStatus;
import dev.atoll.proto.v1.ApplyConfigRequest;
import dev.atoll.proto.v1.ApplyConfigResponse;
import dev.atoll.proto.v1.ConfigServiceGrpc;
import dev.atoll.proto.v1.ExplainRulesRequest;
import dev.atoll.proto.v1.ExplainRulesResponse;
import dev.atoll.proto.v1.GetConfigRequest;
import dev.atoll.proto.v1.GetConfigResponse;
import dev.atoll.proto.v1.GetMigrationStatusRequest;
import dev.atoll.proto.v1.GetMigrationStatusResponse;
import dev.atoll.proto.v1.ListConfigVersionsRequest;
import dev.atoll.proto.v1.ListConfigVersionsResponse;
import dev.atoll.proto.v1.MigrationFailure;
import dev.atoll.proto.v1.PauseMigrationRequest;
import dev.atoll.proto.v1.PauseMigrationResponse;
import dev.atoll.proto.v1.ResumeMigrationRequest;
import dev.atoll.proto.v1.ResumeMigrationResponse;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * {@code ConfigService} of a node: the versions, the rules that it acts on, and how far its
 * instances are. Routers let only those in that may look after the cluster. Thread-safe.
 */
final class ConfigRpc extends ConfigServiceGrpc.ConfigServiceImplBase {
    private final ConfigVersions versions;
    private final Fleet fleet;
    private final ActiveConfig active;
    private final Executor waiting;

    /** Calls wait for the store on {@code waiting}. */
    ConfigRpc(NodeServer.Declared declared, ActiveConfig active, Executor waiting) {
        this.versions = declared.versions();
        this.fleet = declared.fleet();
        this.active = active;
        this.waiting = waiting;
    }

    @Override
    public void applyConfig(
            ApplyConfigRequest request, StreamObserver<ApplyConfigResponse> observer) {
        var caller = CallContext.current().caller();
        answer(observer, () -> apply(request, caller));
    }

    @Override
    public void getConfig(GetConfigRequest request, StreamObserver<GetConfigResponse> observer) {
        answer(
                observer,
                () -> {
                    var shown = versions.show(request.getVersion());
                    return GetConfigResponse.newBuilder()
                            .setVersion(shown.number())
                            .setYaml(shown.text())
                            .build();
                });
    }

    @Override
    public void listConfigVersions(
            ListConfigVersionsRequest request,
            StreamObserver<ListConfigVersionsResponse> observer) {
        answer(
                observer,
                () -> {
                    var response = ListConfigVersionsResponse.newBuilder();
                    versions.list().forEach(version -> response.addVersions(message(version)));
                    return response.build();
                });
    }

    @Override
    public void explainRules(
            ExplainRulesRequest request, StreamObserver<ExplainRulesResponse> observer) {
        answer(observer, () -> explain(request.getNamespace(), request.getTable()));
    }

    private ExplainRulesResponse explain(String namespace, String table) {
        var block =
                active.current()
                        .flatMap(declarations -> declarations.find(namespace))
                        .orElseThrow(
                                () ->
                                        Failure.of(
                                                Reason.NAMESPACE_NOT_FOUND,
                                                "namespace '" + namespace + "' is not declared"))
                        .block();
        var response = ExplainRulesResponse.newBuilder();
        explained(block, table)
                .forEach(
                        each ->
                                response.putSqlByOperation(
                                        each.operation(), each.rule().compiled().sql()));
        return response.build();
    }

    private static List<RuleExplanation> explained(Block block, String table) {
        if (table.isEmpty()) {
            return RuleExplanation.of(block);
        }
        var found = block.find(table);
        if (found.isEmpty()) {
            throw Failure.of(
                    Reason.TABLE_NOT_FOUND,
                    "namespace '" + block.name() + "' has no table '" + table + "'");
        }
        return RuleExplanation.of(block, found.get());
    }

    @Override
    public void getMigrationStatus(
            GetMigrationStatusRequest request,
            StreamObserver<GetMigrationStatusResponse> observer) {
        answer(observer, () -> message(fleet.status()));
    }

    @Override
    public void pauseMigration(
            PauseMigrationRequest request, StreamObserver<PauseMigrationResponse> observer) {
        answer(
                observer,
                () -> {
                    versions.pauseMigration(true);
                    return PauseMigrationResponse.getDefaultInstance();
                });
    }

    @Override
    public void resumeMigration(
            ResumeMigrationRequest request, StreamObserver<ResumeMigrationResponse> observer) {
        answer(
                observer,
                () -> {
                    versions.pauseMigration(false);
                    return ResumeMigrationResponse.getDefaultInstance();
                });
    }

    private static GetMigrationStatusResponse message(MigrationStatus status) {
        var response =
                GetMigrationStatusResponse.newBuilder()
                        .putAllInstancesByVersion(status.instancesByVersion())
                        .setUndeclared(status.undeclared())
                        .setCurrentVersion(status.left().currentVersion())
                        .setPending(status.left().pending())
                        .setFailed(status.left().failed())
                        .setPaused(status.paused());
        for (var failed : status.failures()) {
            response.addFailures(
                    MigrationFailure.newBuilder()
                            .setInstance(failed.key().toProto())
                            .setSchemaVersion(failed.version())
                            .setReason(failed.why()));
        }
        return response.build();
    }

    private ApplyConfigResponse apply(ApplyConfigRequest request, Caller caller) {
        var mode =
                new ConfigVersions.Application.Mode(
                        request.getAllowDestructive(),
                        request.getDryRun(),
                        request.hasExpectVersion()
                                ? OptionalLong.of(request.getExpectVersion())
                                : OptionalLong.empty());
        var by = caller.subject() + " (" + caller.issuer() + ")";
        var applied = versions.apply(new ConfigVersions.Application(request.getYaml(), by, mode));
        return ApplyConfigResponse.newBuilder()
                .setVersion(applied.version())
                .setComparedWith(applied.comparedWith())
                .addAllChanges(applied.changes().all())
                .addAllDestructive(applied.changes().destructive())
                .addAllWarnings(applied.changes().warnings())
                .build();
    }

    private static dev.atoll.proto.v1.ConfigVersion message(ConfigVersion version) {
        var at = version.appliedAt();
        return dev.atoll.proto.v1.ConfigVersion.newBuilder()
                .setVersion(version.number())
                .setAppliedAt(
                        Timestamp.newBuilder()
                                .setSeconds(at.getEpochSecond())
                                .setNanos(at.getNano()))
                .setAppliedBy(version.appliedBy())
                .setSizeBytes(version.digest().bytes())
                .setSha256(version.digest().sha256())
                .build();
    }

    private <R> void answer(StreamObserver<R> observer, Supplier<R> reply) {
        waiting.execute(
                () -> {
                    R message;
                    try {
                        message = reply.get();
                    } catch (RuntimeException e) {
                        observer.onError(Replies.exception(e));
                        return;
                    }
                    observer.onNext(message);
                    observer.onCompleted();
                });
    }
}

package dev.atoll.node.rpc;

import com.google.protobuf.Timestamp;
import dev.atoll.node.blocks.Block;
import dev.atoll.node.blocks.schema.RuleExplanation;
import dev.atoll.node.config.ActiveConfig;
import dev.atoll.node.config.ConfigVersion;
import dev.atoll.node.config.ConfigVersions;
import dev.atoll.proto.v1.ApplyConfigRequest;
import dev.atoll.proto.v1.ApplyConfigResponse;
import dev.atoll.proto.v1.ConfigServiceGrpc;
import dev.atoll.proto.v1.ExplainRulesRequest;
import dev.atoll.proto.v1.ExplainRulesResponse;
import dev.atoll.proto.v1.GetConfigRequest;
import dev.atoll.proto.v1.GetConfigResponse;
import dev.atoll.proto.v1.ListConfigVersionsRequest;
import dev.atoll.proto.v1.ListConfigVersionsResponse;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * {@code ConfigService} of a node: the versions, and the rules that it acts on. Routers let only
 * those in that may look after the cluster. Thread-safe.
 */
final class ConfigRpc extends ConfigServiceGrpc.ConfigServiceImplBase {
    private final ConfigVersions versions;
    private final ActiveConfig active;
    private final Executor waiting;

    /** Calls wait for the store on {@code waiting}. */
    ConfigRpc(ConfigVersions versions, ActiveConfig active, Executor waiting) {
        this.versions = versions;
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

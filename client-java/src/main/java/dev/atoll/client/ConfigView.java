package dev.atoll.client;

import dev.atoll.proto.v1.ApplyConfigRequest;
import dev.atoll.proto.v1.GetConfigRequest;
import dev.atoll.proto.v1.GetMigrationStatusRequest;
import dev.atoll.proto.v1.GetMigrationStatusResponse;
import dev.atoll.proto.v1.ListConfigVersionsRequest;
import dev.atoll.proto.v1.PauseMigrationRequest;
import dev.atoll.proto.v1.ResumeMigrationRequest;
import java.time.Instant;
import java.util.List;

/**
 * The file that declares namespaces, and its versions. Needs the {@code admin} right. Thread-safe.
 */
public final class ConfigView {
    private final Calls calls;

    ConfigView(Calls calls) {
        this.calls = calls;
    }

    /**
     * What a file would change. Nothing is applied.
     *
     * @throws AtollException CONFIG_INVALID where it is wrong; the message has the first problems
     *     with line and column
     */
    public ConfigReport preview(String yaml) {
        return apply(ApplyConfigRequest.newBuilder().setYaml(yaml).setDryRun(true).build());
    }

    /**
     * Makes a file the current version, unless it loses data.
     *
     * @throws AtollException CONFIG_INVALID; EXPECTATION_FAILED where it loses data, or where
     *     another version became current at the same moment
     */
    public ConfigReport apply(String yaml) {
        return apply(ApplyConfigRequest.newBuilder().setYaml(yaml).build());
    }

    /**
     * Makes the file of a preview the current version, with all that the preview showed: also where
     * that loses data, but not where another version became current since.
     *
     * @throws AtollException CONFIG_INVALID; EXPECTATION_FAILED where another version is current
     */
    public ConfigReport apply(String yaml, ConfigReport previewed) {
        return apply(
                ApplyConfigRequest.newBuilder()
                        .setYaml(yaml)
                        .setAllowDestructive(true)
                        .setExpectVersion(previewed.comparedWith())
                        .build());
    }

    /** The text of the current version; empty where none was ever applied. */
    public String current() {
        return text(0);
    }

    /**
     * The text of a version.
     *
     * @throws AtollException VALIDATION_FAILED where it is not kept
     */
    public String text(long version) {
        return Calls.await(
                calls.api()
                        .config(
                                GetConfigRequest.newBuilder().setVersion(version).build(),
                                calls.deadline(),
                                reply -> reply.getYaml()));
    }

    /** The versions that are kept, newest first: the first is the current one. */
    public List<ConfigVersionInfo> versions() {
        return Calls.await(
                calls.api()
                        .configVersions(
                                ListConfigVersionsRequest.getDefaultInstance(),
                                calls.deadline(),
                                reply ->
                                        reply.getVersionsList().stream()
                                                .map(ConfigView::info)
                                                .toList()));
    }

    /** How far the instances are on their way to the tables that are declared, over all nodes. */
    public MigrationStatus migration() {
        return Calls.await(
                calls.api()
                        .migration(
                                GetMigrationStatusRequest.getDefaultInstance(),
                                calls.deadline(),
                                ConfigView::status));
    }

    /**
     * Leaves sleeping instances where they are, on every node within 2 s; those that are called are
     * brought to the declared tables all the same.
     *
     * @throws AtollException OUTCOME_UNKNOWN where nobody knows whether it is paused
     */
    public void pauseMigration() {
        var _ =
                Calls.await(
                        calls.api()
                                .pauseMigration(
                                        PauseMigrationRequest.getDefaultInstance(),
                                        calls.deadline(),
                                        reply -> true));
    }

    /**
     * Lets their migration go on.
     *
     * @throws AtollException OUTCOME_UNKNOWN where nobody knows whether it does
     */
    public void resumeMigration() {
        var _ =
                Calls.await(
                        calls.api()
                                .resumeMigration(
                                        ResumeMigrationRequest.getDefaultInstance(),
                                        calls.deadline(),
                                        reply -> true));
    }

    private static MigrationStatus status(GetMigrationStatusResponse reply) {
        return new MigrationStatus(
                reply.getInstancesByVersionMap(),
                new MigrationStatus.Left(
                        reply.getCurrentVersion(), reply.getPending(), reply.getFailed()),
                reply.getFailuresList().stream()
                        .map(
                                failure ->
                                        new MigrationStatus.Failure(
                                                failure.getInstance().getNamespace(),
                                                failure.getInstance().getId(),
                                                failure.getSchemaVersion(),
                                                failure.getReason()))
                        .toList(),
                reply.getPaused(),
                reply.getUnavailableNodesList());
    }

    private ConfigReport apply(ApplyConfigRequest request) {
        return Calls.await(
                calls.api()
                        .applyConfig(
                                request,
                                calls.deadline(),
                                reply ->
                                        new ConfigReport(
                                                reply.getVersion(),
                                                reply.getComparedWith(),
                                                reply.getChangesList(),
                                                reply.getDestructiveList(),
                                                reply.getWarningsList())));
    }

    private static ConfigVersionInfo info(dev.atoll.proto.v1.ConfigVersion version) {
        var at = version.getAppliedAt();
        return new ConfigVersionInfo(
                version.getVersion(),
                Instant.ofEpochSecond(at.getSeconds(), at.getNanos()),
                version.getAppliedBy(),
                version.getSizeBytes(),
                version.getSha256());
    }
}

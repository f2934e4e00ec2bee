package dev.atoll.cli.admin;

import dev.atoll.cli.connect.AnswerOptions;
import dev.atoll.cli.connect.CallException;
import dev.atoll.cli.connect.Connection;
import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.cli.terminal.Table;
import dev.atoll.proto.v1.CompactInstanceRequest;
import dev.atoll.proto.v1.CreateInstanceRequest;
import dev.atoll.proto.v1.DeleteInstanceRequest;
import dev.atoll.proto.v1.DescribeInstanceRequest;
import dev.atoll.proto.v1.ExportInstanceRequest;
import dev.atoll.proto.v1.ExportInstanceResponse;
import dev.atoll.proto.v1.Instance;
import dev.atoll.proto.v1.ListInstancesRequest;
import dev.atoll.proto.v1.VerifyInstanceRequest;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks after instances. One thread at a time. */
@Command(
        name = "instance",
        description = "Create, show, list, delete, verify, compact and export instances.")
public final class InstanceCommand {
    private static final List<String> COLUMNS =
            List.of("key", "state", "bytes", "created", "last commit", "shard", "node", "bookmark");

    private static final int PAGE_SIZE = 500;

    @Spec private @Nullable CommandSpec spec;

    @Command(name = "create", description = "Create an empty instance.")
    int create(@Mixin AnswerOptions answer, @Parameters(paramLabel = "KEY") String key)
            throws IOException {
        var request = CreateInstanceRequest.newBuilder().setInstance(parse(key)).build();
        try (var connection = answer.client().open()) {
            Instance instance = connection.instances(stub -> stub.createInstance(request));
            answer.print(table(List.of(instance)), out());
        }
        return ExitCode.OK.number();
    }

    @Command(name = "describe", description = "Show an instance, without waking it.")
    int describe(@Mixin AnswerOptions answer, @Parameters(paramLabel = "KEY") String key)
            throws IOException {
        var request = DescribeInstanceRequest.newBuilder().setInstance(parse(key)).build();
        try (var connection = answer.client().open()) {
            Instance instance = connection.instances(stub -> stub.describeInstance(request));
            answer.print(table(List.of(instance)), out());
        }
        return ExitCode.OK.number();
    }

    @Command(name = "delete", description = "Delete an instance and its data for good.")
    int delete(@Mixin AnswerOptions answer, @Parameters(paramLabel = "KEY") String key)
            throws IOException {
        var request = DeleteInstanceRequest.newBuilder().setInstance(parse(key)).build();
        try (var connection = answer.client().open()) {
            var _ = connection.instances(stub -> stub.deleteInstance(request));
        }
        return ExitCode.OK.number();
    }

    @Command(
            name = "verify",
            description =
                    "Look for damage in instances: of each page, and of what SQLite keeps in them;"
                            + " exit code 8 if there is any. Prints what is damaged, as soon as it is"
                            + " found, and how many were checked.")
    int verify(
            @Mixin AnswerOptions answer,
            @Parameters(paramLabel = "KEY", arity = "0..*") List<String> keys,
            @Option(
                            names = "--all",
                            paramLabel = "NAMESPACE",
                            arity = "0..1",
                            fallbackValue = "",
                            description = "All instances, or all of this namespace")
                    @Nullable String namespace)
            throws IOException {
        if ((keys == null || keys.isEmpty()) == (namespace == null)) {
            throw new CommandException(
                    ExitCode.USAGE, "verify: either keys, or --all (expected: one of both)");
        }
        var found = new Verification(problem -> answer.printLine(problem, out()));
        try (var connection = answer.client().open()) {
            if (namespace == null) {
                verifyEach(connection, keys, found);
            } else {
                verifyAll(connection, namespace, found);
            }
        }
        answer.print(found.table(), found.summary(), out());
        var failure = found.failure();
        if (failure != null) {
            throw failure;
        }
        return (found.isDamaged() ? ExitCode.DAMAGED : ExitCode.OK).number();
    }

    private static void verifyEach(Connection connection, List<String> keys, Verification found) {
        for (var key : keys) {
            try {
                verify(connection, key, found);
            } catch (CallException e) {
                // The others are told of first.
                found.addFailure(e);
            }
        }
    }

    private static void verifyAll(Connection connection, String namespace, Verification found) {
        for (var key : keysOf(connection, namespace, found)) {
            try {
                verify(connection, key, found);
            } catch (CallException e) {
                // Deleted since it was listed.
                if (e.code() != ExitCode.NOT_FOUND) {
                    throw e;
                }
            }
        }
    }

    private static void verify(Connection connection, String key, Verification found) {
        var request = VerifyInstanceRequest.newBuilder().setInstance(parse(key)).build();
        var response = connection.instances(stub -> stub.verifyInstance(request));
        found.add(key, response.getProblemsList());
    }

    /** The keys there are; files whose keys nobody can tell are found to be damaged. */
    private static List<String> keysOf(
            Connection connection, String namespace, Verification found) {
        var keys = new ArrayList<String>();
        var token = "";
        do {
            var request =
                    ListInstancesRequest.newBuilder()
                            .setNamespace(namespace)
                            .setPageSize(PAGE_SIZE)
                            .setPageToken(token)
                            .build();
            var page = connection.instances(stub -> stub.listInstances(request));
            if (page.getUnavailableShardsCount() > 0) {
                throw new CommandException(
                        ExitCode.UNAVAILABLE,
                        page.getUnavailableShardsCount() + " shards could not be asked");
            }
            page.getDamagedFilesList().forEach(file -> found.add("unknown", List.of(file)));
            for (var instance : page.getInstancesList()) {
                keys.add(InstanceKey.of(instance.getKey()).toString());
            }
            token = page.getNextPageToken();
        } while (!token.isEmpty());
        return keys;
    }

    @Command(name = "compact", description = "Give the unused space of an instance back.")
    int compact(@Mixin AnswerOptions answer, @Parameters(paramLabel = "KEY") String key)
            throws IOException {
        var request = CompactInstanceRequest.newBuilder().setInstance(parse(key)).build();
        try (var connection = answer.client().open()) {
            Instance instance = connection.instances(stub -> stub.compactInstance(request));
            answer.print(table(List.of(instance)), out());
        }
        return ExitCode.OK.number();
    }

    @Command(
            name = "export",
            description = "Write a copy of an instance to a file that any SQLite opens.")
    int export(
            @Mixin AnswerOptions answer,
            @Parameters(index = "0", paramLabel = "KEY") String key,
            @Parameters(index = "1", paramLabel = "FILE") Path file)
            throws IOException {
        if (Files.exists(file)) {
            throw new CommandException(
                    ExitCode.CONFLICT, file + ": exists (expected: a name that is free)");
        }
        var request = ExportInstanceRequest.newBuilder().setInstance(parse(key)).build();
        // Under another name until it is whole.
        var part = file.resolveSibling(file.getFileName() + ".part");
        try (var connection = answer.client().open();
                var out = Files.newOutputStream(part)) {
            connection.<Boolean>instances(
                    stub -> {
                        stub.exportInstance(request).forEachRemaining(next -> append(next, out));
                        return true;
                    });
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(part);
            throw e;
        }
        Files.move(part, file);
        return ExitCode.OK.number();
    }

    private static void append(ExportInstanceResponse part, OutputStream out) {
        try {
            part.getData().writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Command(
            name = "list",
            description =
                    "List instances in the order of their keys; exit code 5 if some shards "
                            + "could not be asked.")
    int list(
            @Mixin AnswerOptions answer,
            @Parameters(paramLabel = "NAMESPACE") String namespace,
            @Option(
                            names = "--prefix",
                            paramLabel = "TEXT",
                            defaultValue = "",
                            description = "Only ids that start with this")
                    String prefix,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "1000",
                            description = "At most so many (default: ${DEFAULT-VALUE})")
                    int limit)
            throws IOException {
        if (limit < 1) {
            throw new CommandException(
                    ExitCode.USAGE, "--limit: " + limit + " (expected: at least 1)");
        }
        var found = new ArrayList<Instance>();
        var unavailable = new ArrayList<Integer>();
        try (var connection = answer.client().open()) {
            var token = "";
            do {
                var request =
                        ListInstancesRequest.newBuilder()
                                .setNamespace(namespace)
                                .setIdPrefix(prefix)
                                .setPageSize(Math.clamp(limit - found.size(), 1, PAGE_SIZE))
                                .setPageToken(token)
                                .build();
                var page = connection.instances(stub -> stub.listInstances(request));
                found.addAll(page.getInstancesList());
                unavailable = new ArrayList<>(page.getUnavailableShardsList());
                token = page.getNextPageToken();
            } while (!token.isEmpty() && found.size() < limit);
        }
        answer.print(table(found), out());
        if (!unavailable.isEmpty()) {
            throw new CommandException(
                    ExitCode.UNAVAILABLE,
                    unavailable.size()
                            + " shards could not be asked; the list is complete but for them");
        }
        return ExitCode.OK.number();
    }

    private PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }

    private static dev.atoll.proto.v1.InstanceKey parse(String key) {
        try {
            return InstanceKey.parse(key).toProto();
        } catch (Failure e) {
            throw new CommandException(ExitCode.USAGE, e.message());
        }
    }

    private static Table table(List<Instance> instances) {
        var rows = new ArrayList<List<@Nullable Object>>();
        for (var instance : instances) {
            var row = new ArrayList<@Nullable Object>();
            row.add(InstanceKey.of(instance.getKey()).toString());
            row.add(
                    instance.getState()
                            .name()
                            .replace("INSTANCE_STATE_", "")
                            .toLowerCase(Locale.ROOT));
            row.add(instance.getDatabaseSizeBytes());
            row.add(time(instance.getCreatedAt()));
            row.add(instance.hasLastCommitAt() ? time(instance.getLastCommitAt()) : null);
            row.add((long) instance.getShard());
            row.add(instance.getNode());
            row.add(instance.getBookmark());
            rows.add(row);
        }
        return new Table(COLUMNS, rows);
    }

    private static String time(com.google.protobuf.Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).toString();
    }
}

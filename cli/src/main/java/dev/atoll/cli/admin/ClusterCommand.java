package dev.atoll.cli.admin;

import dev.atoll.cli.connect.AnswerOptions;
import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.cli.terminal.Table;
import dev.atoll.proto.v1.DescribeClusterRequest;
import dev.atoll.proto.v1.ListNodesRequest;
import dev.atoll.proto.v1.ListShardsRequest;
import java.io.IOException;
import java.io.PrintWriter;
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
import picocli.CommandLine.Spec;

/** Shows the cluster as the router that answers sees it. One thread at a time. */
@Command(name = "cluster", description = "Show the cluster: its nodes, its shards.")
public final class ClusterCommand {
    @Spec private @Nullable CommandSpec spec;

    @Command(name = "describe", description = "Show the cluster in a few figures.")
    int describe(@Mixin AnswerOptions answer) throws IOException {
        try (var connection = answer.client().open()) {
            var cluster =
                    connection.cluster(
                            stub ->
                                    stub.describeCluster(
                                            DescribeClusterRequest.getDefaultInstance()));
            answer.print(
                    new Table(
                            List.of(
                                    "cluster",
                                    "shards",
                                    "live nodes",
                                    "available shards",
                                    "placement revision"),
                            List.of(
                                    row(
                                            cluster.getCluster(),
                                            (long) cluster.getShards(),
                                            (long) cluster.getLiveNodes(),
                                            (long) cluster.getAvailableShards(),
                                            cluster.getPlacementRevision()))),
                    out());
        }
        return ExitCode.OK.number();
    }

    @Command(name = "nodes", description = "List the nodes that are known, live or not.")
    int nodes(@Mixin AnswerOptions answer) throws IOException {
        var rows = new ArrayList<List<@Nullable Object>>();
        try (var connection = answer.client().open()) {
            var nodes =
                    connection.cluster(
                            stub -> stub.listNodes(ListNodesRequest.getDefaultInstance()));
            for (var node : nodes.getNodesList()) {
                var since = node.getRegisteredAt();
                rows.add(
                        row(
                                node.getId(),
                                node.getAddress(),
                                node.getLive(),
                                node.getCapacity(),
                                (long) node.getShards(),
                                node.hasRegisteredAt()
                                        ? Instant.ofEpochSecond(
                                                        since.getSeconds(), since.getNanos())
                                                .toString()
                                        : null));
            }
        }
        answer.print(
                new Table(
                        List.of("id", "address", "live", "capacity", "shards", "registered"), rows),
                out());
        return ExitCode.OK.number();
    }

    @Command(name = "shards", description = "List the shards and their owners.")
    int shards(
            @Mixin AnswerOptions answer,
            @Option(
                            names = "--node",
                            paramLabel = "ID",
                            defaultValue = "",
                            description = "Only those of this node")
                    String node)
            throws IOException {
        var rows = new ArrayList<List<@Nullable Object>>();
        try (var connection = answer.client().open()) {
            var request = ListShardsRequest.newBuilder().setNode(node).build();
            for (var shard : connection.cluster(stub -> stub.listShards(request)).getShardsList()) {
                rows.add(
                        row(
                                (long) shard.getShard(),
                                shard.getOwner(),
                                shard.getEpoch(),
                                shard.getState()
                                        .name()
                                        .replace("SHARD_STATE_", "")
                                        .toLowerCase(Locale.ROOT)));
            }
        }
        if (rows.isEmpty() && !node.isEmpty()) {
            throw new CommandException(
                    ExitCode.NOT_FOUND, "--node: '" + node + "' owns no shard, or is not known");
        }
        answer.print(new Table(List.of("shard", "owner", "epoch", "state"), rows), out());
        return ExitCode.OK.number();
    }

    private PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }

    private static List<@Nullable Object> row(@Nullable Object... values) {
        var row = new ArrayList<@Nullable Object>();
        for (var value : values) {
            row.add(value);
        }
        return row;
    }
}

package dev.atoll.cli;

import dev.atoll.cli.connect.ClientOptions;
import dev.atoll.cli.connect.SqlSession;
import dev.atoll.cli.credentials.DevKey;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.cli.terminal.Table;
import dev.atoll.proto.v1.Column;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.OperationResult;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.QueryResponse;
import dev.atoll.proto.v1.Row;
import dev.atoll.proto.v1.Value;
import dev.atoll.wire.InstanceKey;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * Does what client commands do, so that the launcher can keep the classes in a cache: a token is
 * signed, a call is made to a server of its own, a table is drawn. One thread at a time.
 */
@Command(name = "warm-up", hidden = true)
final class WarmUp implements Callable<Integer> {
    @Override
    public Integer call() throws IOException {
        var folder = Files.createTempDirectory("atoll-warm-up");
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var server =
                NettyServerBuilder.forAddress(loopback).addService(new Answers()).build().start();
        try {
            var _ = DevKey.loadOrCreate(folder);
            try (var connection =
                    new ClientOptions().open("127.0.0.1:" + server.getPort(), folder)) {
                var session = new SqlSession(connection, new InstanceKey("warm", "up"));
                var result = session.query("SELECT 1");
                return new Table(List.of("text"), List.of(List.of("warm"))).drawn().isEmpty()
                        ? ExitCode.FAILURE.number()
                        : result.rows().size() - 1;
            }
        } finally {
            server.shutdownNow();
            deleteAll(folder);
        }
    }

    /** Answers every query with one row. */
    private static final class Answers extends DatabaseServiceGrpc.DatabaseServiceImplBase {
        @Override
        public void query(QueryRequest request, StreamObserver<QueryResponse> observer) {
            var row = Row.newBuilder().addValues(Value.newBuilder().setInteger(1));
            observer.onNext(
                    QueryResponse.newBuilder()
                            .addResults(
                                    OperationResult.newBuilder()
                                            .addColumns(Column.newBuilder().setName("1"))
                                            .addRows(row))
                            .build());
            observer.onCompleted();
        }
    }

    private static void deleteAll(Path folder) throws IOException {
        List<Path> paths;
        try (var walk = Files.walk(folder)) {
            paths = walk.toList().reversed();
        }
        for (var path : paths) {
            Files.delete(path);
        }
    }
}

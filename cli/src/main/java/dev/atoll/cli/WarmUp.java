package dev.atoll.cli;

import dev.atoll.cli.connect.CallException;
import dev.atoll.cli.connect.ClientOptions;
import dev.atoll.cli.connect.SqlSession;
import dev.atoll.cli.credentials.DevKey;
import dev.atoll.cli.terminal.Table;
import dev.atoll.wire.InstanceKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * Loads what client commands need, so that the launcher can keep it in an archive: a token is
 * signed, a call is made that reaches nobody, a table is drawn. One thread at a time.
 */
@Command(name = "warm-up", hidden = true)
final class WarmUp implements Callable<Integer> {
    /** The port of no service: the connection is refused at once. */
    private static final String NOBODY = "127.0.0.1:1";

    @Override
    public Integer call() throws IOException {
        var folder = Files.createTempDirectory("atoll-warm-up");
        try {
            var _ = DevKey.loadOrCreate(folder);
            try (var connection = new ClientOptions().open(NOBODY, folder)) {
                var session = new SqlSession(connection, new InstanceKey("warm", "up"));
                return session.query("SELECT 1").rows().size();
            } catch (CallException e) {
                return new Table(
                                        List.of("failure"),
                                        List.of(List.of(String.valueOf(e.getMessage()))))
                                .drawn()
                                .isEmpty()
                        ? 1
                        : 0;
            }
        } finally {
            deleteAll(folder);
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

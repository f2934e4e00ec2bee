package dev.atoll.cli.credentials;

import com.nimbusds.jose.util.JSONObjectUtils;
import dev.atoll.cli.terminal.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * The note that a dev server leaves in its data folder while it runs: {@code DATA/dev.json}.
 *
 * @param endpoint HOST:PORT of its router
 * @param http HOST:PORT for operators
 * @param pid its process
 */
public record RunningServer(String endpoint, String http, long pid) {
    /** Leaves the note, over one that a killed server left. */
    public void write(Path data) throws IOException {
        var note = new LinkedHashMap<String, Object>();
        note.put("endpoint", endpoint);
        note.put("http", http);
        note.put("pid", pid);
        // Its room may be the last there is.
        remove(data);
        PrivateFiles.write(file(data), Json.of(note) + "\n");
    }

    /** Takes the note away. */
    public static void remove(Path data) throws IOException {
        Files.deleteIfExists(file(data));
    }

    /**
     * The server that runs on a data folder; empty if none does, or only a killed one's note is
     * there.
     */
    public static Optional<RunningServer> find(Path data) throws IOException {
        var file = file(data);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            var note = JSONObjectUtils.parse(Files.readString(file));
            var server =
                    new RunningServer(
                            JSONObjectUtils.getString(note, "endpoint"),
                            JSONObjectUtils.getString(note, "http"),
                            JSONObjectUtils.getLong(note, "pid"));
            return Optional.of(server).filter(RunningServer::isAlive);
        } catch (ParseException e) {
            throw new IOException(file + " is not a note of a dev server; remove it", e);
        }
    }

    private boolean isAlive() {
        return ProcessHandle.of(pid).isPresent();
    }

    private static Path file(Path data) {
        return data.resolve("dev.json");
    }
}

package dev.atoll.bench.peers;

import java.nio.file.Path;
import java.util.List;

/**
 * How Atoll's processes are started, and how their caller says who it is. Immutable.
 *
 * @param line the command and its first arguments, up to where {@code router} or {@code node} goes
 * @param devData a data folder with the key that signed the token
 * @param issuers the file that makes a router trust that key
 * @param token with all rights
 */
public record AtollCommand(List<String> line, Path devData, Path issuers, String token) {
    public AtollCommand {
        line = List.copyOf(line);
    }
}

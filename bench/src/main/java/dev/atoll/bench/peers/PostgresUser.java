package dev.atoll.bench.peers;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who runs PostgreSQL, which refuses to be run by root: whoever we are, or else the user that its
 * package made, or nobody. Immutable.
 *
 * @param name empty where it is ourselves
 */
record PostgresUser(String name) {
    private static final List<String> OTHERS = List.of("postgres", "nobody");

    /** What is not installed that is needed to run it; empty where nothing is missing. */
    static Optional<String> missing() {
        return isRoot() && Command.find("setpriv").isEmpty()
                ? Optional.of("PostgreSQL refuses root, and setpriv is not on the PATH")
                : Optional.empty();
    }

    static PostgresUser find() throws IOException {
        if (!isRoot()) {
            return new PostgresUser("");
        }
        for (var other : OTHERS) {
            if (exists(other)) {
                return new PostgresUser(other);
            }
        }
        throw new IOException("PostgreSQL refuses root, and there is no user of " + OTHERS);
    }

    /** The command as that user. */
    List<String> command(String... line) {
        var command = new ArrayList<String>();
        if (!name.isEmpty()) {
            command.addAll(List.of("setpriv", "--reuid=" + name, "--clear-groups", "--"));
        }
        command.addAll(List.of(line));
        return command;
    }

    /** Makes the folder that user's. */
    void own(Path folder) throws IOException {
        if (!name.isEmpty()) {
            var users = FileSystems.getDefault().getUserPrincipalLookupService();
            Files.setOwner(folder, users.lookupPrincipalByName(name));
        }
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private static boolean exists(String user) throws IOException {
        try {
            var users = FileSystems.getDefault().getUserPrincipalLookupService();
            return !users.lookupPrincipalByName(user).getName().isEmpty();
        } catch (UserPrincipalNotFoundException e) {
            return false;
        }
    }
}

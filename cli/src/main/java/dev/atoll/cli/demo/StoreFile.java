package dev.atoll.cli.demo;

import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.client.Atoll;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;

/**
 * The block file of the store, and whether a server may be given it: what it does not declare would
 * not be there any more. Immutable.
 */
final class StoreFile {
    private static final String NAME = "store.yaml";
    private static final Set<String> NAMESPACES = Set.of("catalog", "customer");

    private StoreFile() {}

    static String text() {
        try (var file = StoreFile.class.getResourceAsStream(NAME)) {
            return new String(
                    Objects.requireNonNull(file, NAME).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Throws where the server has something else than the demo's. */
    static void checkFits(Atoll atoll) {
        var current = atoll.config().current();
        if (!current.isEmpty() && !current.equals(text())) {
            throw conflict("has a block file of its own");
        }
        if (current.isEmpty()) {
            for (var instance : atoll.instances("").list()) {
                if (!NAMESPACES.contains(instance.key().namespace())) {
                    throw conflict("holds " + instance.key() + ", which its block file would hide");
                }
            }
        }
    }

    /** Makes it the current one, where it is not. */
    static void apply(Atoll atoll) {
        if (atoll.config().current().isEmpty()) {
            var _ = atoll.config().apply(text());
        }
    }

    /** The server is somebody else's. */
    static CommandException conflict(String why) {
        return new CommandException(
                ExitCode.CONFLICT,
                "this server "
                        + why
                        + "; nothing was changed. Give the demo a dev server of its own:"
                        + " ./atoll demo --data DIR");
    }
}

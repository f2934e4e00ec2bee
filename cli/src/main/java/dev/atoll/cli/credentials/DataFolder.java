package dev.atoll.cli.credentials;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a dev server keeps its data. Immutable. */
public final class DataFolder {
    private DataFolder() {}

    /** The folder that was named; else {@code ATOLL_DATA}; else the default. */
    public static Path chosen(@Nullable Path named) {
        if (named != null) {
            return named;
        }
        var variable = System.getenv("ATOLL_DATA");
        return variable == null || variable.isEmpty() ? byDefault() : Path.of(variable);
    }

    /** {@code .atoll/dev} beside the launcher; in the current folder where there is no launcher. */
    public static Path byDefault() {
        var home = System.getenv("ATOLL_HOME");
        return Path.of(home == null ? "" : home).resolve(".atoll").resolve("dev").toAbsolutePath();
    }
}

package dev.atoll.cli.demo;

import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.node.sqlite.PlainDatabase;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.wire.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The original store, read from a copy: opening a SQLite file may write beside it. Closing it
 * removes the copy. One thread at a time.
 */
final class ChinookFile implements AutoCloseable {
    private final Path folder;
    private final PlainDatabase database;

    private ChinookFile(Path folder, PlainDatabase database) {
        this.folder = folder;
        this.database = database;
    }

    static ChinookFile open(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new CommandException(
                    ExitCode.NOT_FOUND,
                    "there is no " + file + ": name the Chinook database with --file");
        }
        var folder = Files.createTempDirectory("atoll-demo-");
        try {
            var copy = Files.copy(file, folder.resolve("chinook.sqlite"));
            return new ChinookFile(folder, PlainDatabase.open(copy));
        } catch (Failure e) {
            Folders.delete(folder);
            throw new CommandException(
                    ExitCode.USAGE, "--file: '" + file + "' (expected: the Chinook database)");
        } catch (IOException | RuntimeException e) {
            Folders.delete(folder);
            throw e;
        }
    }

    /** The rows of a SELECT; values are null, Long, Double, text or bytes. */
    List<List<@Nullable Object>> rows(String select, long... parameters) {
        var bound = new SqlValue[parameters.length];
        for (int i = 0; i < parameters.length; i++) {
            bound[i] = new SqlValue.Integer64(parameters[i]);
        }
        var rows = new ArrayList<List<@Nullable Object>>();
        for (var row : database.run(select, bound).rows()) {
            var values = new ArrayList<@Nullable Object>();
            row.forEach(value -> values.add(plain(value)));
            rows.add(values);
        }
        return rows;
    }

    /** The one whole number that a SELECT gives. */
    long number(String select) {
        if (rows(select).getFirst().getFirst() instanceof Long number) {
            return number;
        }
        throw new IllegalStateException(select + " gives no whole number");
    }

    /** Whose instances are to be made. */
    List<Long> customerIds() {
        return rows("SELECT CustomerId FROM Customer ORDER BY 1").stream()
                .map(row -> (Long) java.util.Objects.requireNonNull(row.getFirst()))
                .toList();
    }

    @Override
    public void close() throws IOException {
        try (database) {
            // Closed first, whatever the removal of the copy comes to.
        }
        Folders.delete(folder);
    }

    private static @Nullable Object plain(SqlValue value) {
        return switch (value) {
            case SqlValue.Null _ -> null;
            case SqlValue.Integer64(long number) -> number;
            case SqlValue.Real(double number) -> number;
            case SqlValue.Text(String text) -> text;
            case SqlValue.Blob blob -> blob.value().toByteArray();
        };
    }
}

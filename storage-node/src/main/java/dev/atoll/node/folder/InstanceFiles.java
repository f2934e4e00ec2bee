package dev.atoll.node.folder;

import dev.atoll.node.sqlite.ClosedDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What lies in a data folder for one instance, beside its file. Immutable. */
public final class InstanceFiles {
    static final String SUFFIX = ".sqlite";

    private static final Pattern INSTANCE = Pattern.compile("([0-9a-f]{16})\\.sqlite");
    private static final int DEPTH = 3;

    private InstanceFiles() {}

    /** An instance's file, as found on disk. */
    public record Found(int shard, long incarnation, Path file) {}

    /** All that there are in the folder of the shards. */
    static List<Found> find(Path shards) throws IOException {
        var found = new ArrayList<Found>();
        try (var files = Files.walk(shards, DEPTH)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var matcher = INSTANCE.matcher(String.valueOf(file.getFileName()));
                if (matcher.matches()) {
                    found.add(new Found(shard(file), Long.parseLong(matcher.group(1), 16), file));
                }
            }
        }
        return found;
    }

    private static int shard(Path file) {
        var folder = DataFolder.parent(DataFolder.parent(file));
        return Integer.parseInt(String.valueOf(folder.getFileName()));
    }

    /** Where commits are kept that could not be brought into that file. */
    public static Path sideLog(Path file) {
        return file.resolveSibling(file.getFileName() + ".commits");
    }

    /** Keeps, durably, why an instance must not be served. */
    public static void keepReason(Path file, String why) throws IOException {
        DataFolder.replace(reason(file), why);
    }

    /** Why an instance must not be served, if that is so. */
    public static Optional<String> findReason(Path file) throws IOException {
        var reason = reason(file);
        return Files.exists(reason) ? Optional.of(Files.readString(reason)) : Optional.empty();
    }

    /** Forgets, durably, why an instance was not served. */
    public static void removeReason(Path file) throws IOException {
        if (Files.deleteIfExists(reason(file))) {
            DataFolder.sync(DataFolder.parent(file));
        }
    }

    private static Path reason(Path file) {
        return file.resolveSibling(file.getFileName() + ".quarantine");
    }

    /** Removes what belongs to an instance, durably; does nothing where there is nothing. */
    public static void remove(Path file) throws IOException {
        if (!Files.isDirectory(DataFolder.parent(file))) {
            return;
        }
        ClosedDatabase.delete(file);
        var sideLog = sideLog(file);
        if (Files.exists(sideLog)) {
            try (var segments = Files.list(sideLog)) {
                for (var segment : segments.toList()) {
                    Files.delete(segment);
                }
            }
            Files.delete(sideLog);
        }
        Files.deleteIfExists(reason(file));
        DataFolder.sync(DataFolder.parent(file));
    }
}

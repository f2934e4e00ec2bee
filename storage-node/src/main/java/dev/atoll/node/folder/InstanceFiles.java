package dev.atoll.node.folder;

import dev.atoll.node.sqlite.ClosedDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** What lies in a data folder for one instance, beside its file. Immutable. */
public final class InstanceFiles {
    static final String SUFFIX = ".sqlite";

    /** Without the WAL: a power cut can leave it alone of a creation that came to nothing. */
    private static final Pattern PART =
            Pattern.compile("([0-9a-f]{16}\\.sqlite)(\\.moved|\\.sums|\\.commits|\\.quarantine)?");

    /** In the folder of commits that are kept beside a file. */
    private static final String NEWEST = "newest";

    private static final int INCARNATION_DIGITS = 16;
    private static final int DEPTH = 3;

    private InstanceFiles() {}

    /** An instance's file, as found on disk. */
    public record Found(int shard, long incarnation, Path file) {}

    /**
     * All that there is anything of in the folder of the shards. The file itself may be missing: an
     * undo gave it another name, or only what belongs to it is left.
     */
    static List<Found> find(Path shards) throws IOException {
        try (var paths = Files.walk(shards, DEPTH)) {
            return paths.flatMap(path -> found(path).stream()).distinct().toList();
        }
    }

    private static Optional<Found> found(Path path) {
        var matcher = PART.matcher(String.valueOf(path.getFileName()));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        var file = path.resolveSibling(matcher.group(1));
        var shard = DataFolder.parent(DataFolder.parent(file)).getFileName();
        return Optional.of(
                new Found(
                        Integer.parseInt(String.valueOf(shard)),
                        HexFormat.fromHexDigitsToLong(matcher.group(1), 0, INCARNATION_DIGITS),
                        file));
    }

    /** Where commits are kept that could not be brought into that file. */
    public static Path sideLog(Path file) {
        return file.resolveSibling(file.getFileName() + ".commits");
    }

    /** Keeps, durably, the number of the newest commit that a file lacked. */
    public static void keepNewest(Path sideLog, long commit) throws IOException {
        DataFolder.replace(sideLog.resolve(NEWEST), Long.toString(commit));
    }

    /** The number of the newest commit that a file lacked; empty where nobody noted it. */
    public static OptionalLong findNewest(Path sideLog) throws IOException {
        var file = sideLog.resolve(NEWEST);
        if (!Files.exists(file)) {
            return OptionalLong.empty();
        }
        var text = Files.readString(file);
        if (!text.matches("[1-9]\\d{0,17}")) {
            throw new IOException(file + ": '" + text + "' (expected: the number of a commit)");
        }
        return OptionalLong.of(Long.parseLong(text));
    }

    /** Forgets, durably, the commits that are kept beside a file, if there are any. */
    public static void removeSideLog(Path file) throws IOException {
        var sideLog = sideLog(file);
        if (Files.exists(sideLog)) {
            var going = unfinishedSideLog(sideLog);
            // At once: half of it would tell less than there was.
            DataFolder.rename(sideLog, going);
        }
        var _ = unfinishedSideLog(sideLog);
    }

    /** Where one is made that has its name only when it is whole; nothing is there yet. */
    public static Path unfinishedSideLog(Path sideLog) throws IOException {
        var unfinished = sideLog.resolveSibling(sideLog.getFileName() + ".new");
        deleteFolder(unfinished);
        return unfinished;
    }

    private static void deleteFolder(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (var files = Files.list(folder)) {
                for (var file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
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

    /** By which an operator says that the file is an older copy, put there on purpose. */
    public static Path restored(Path file) {
        return file.resolveSibling(file.getFileName() + ".restored");
    }

    /** Forgets, durably, that it is one. */
    public static void removeRestored(Path file) throws IOException {
        if (Files.deleteIfExists(restored(file))) {
            DataFolder.sync(DataFolder.parent(file));
        }
    }

    private static Path reason(Path file) {
        return file.resolveSibling(file.getFileName() + ".quarantine");
    }

    /** Puts a database aside, durably, that seems to be nobody's; where it is then. */
    public static Path putAside(Path file) throws IOException {
        var aside = file.resolveSibling(file.getFileName() + ".unclaimed");
        ClosedDatabase.rename(file, aside);
        DataFolder.sync(DataFolder.parent(file));
        return aside;
    }

    /** Removes what belongs to an instance, durably; does nothing where there is nothing. */
    public static void remove(Path file) throws IOException {
        if (!Files.isDirectory(DataFolder.parent(file))) {
            return;
        }
        ClosedDatabase.delete(file);
        removeSideLog(file);
        Files.deleteIfExists(reason(file));
        Files.deleteIfExists(restored(file));
        DataFolder.sync(DataFolder.parent(file));
    }
}

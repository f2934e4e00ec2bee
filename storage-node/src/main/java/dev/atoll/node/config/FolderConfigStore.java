package dev.atoll.node.config;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.atoll.node.folder.DataFolder;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Versions in a folder of one node: all of them where there is no etcd, else a copy of the newest.
 * Thread-safe, as long as no other process writes there.
 *
 * <pre>
 * 0000000007.yaml      one version: six lines of comment, and the text as it was applied
 *                        # Atoll configuration 1         the format
 *                        # version: 7
 *                        # applied: 2026-01-31T12:00:00.123Z
 *                        # by: admin@issuer
 *                        # text: 4711 SHA256             its bytes, and their digest in hex
 *                        # ---
 * current              the number of the current version and the digest of its text; the file that
 *                      makes it so. Without a digest, which earlier versions did not write, a
 *                      number that is not what was written is not noticed
 * migration            "paused" or "running"; running where it is not there
 * </pre>
 */
public final class FolderConfigStore implements ConfigStore {
    private static final Logger LOG = LoggerFactory.getLogger(FolderConfigStore.class);
    private static final Pattern HEAD =
            Pattern.compile(
                    """
                    # Atoll configuration 1
                    # version: (\\d{1,18})
                    # applied: (\\S+)
                    # by: (.*)
                    # text: (\\d{1,9}) ([0-9a-f]{64})
                    # ---
                    """);

    private static final Pattern CURRENT = Pattern.compile("(\\d{1,18})(?: ([0-9a-f]{64}))?");
    private static final String POINTER = "the number of a version, and its digest";
    private static final String MIGRATION = "migration";
    private static final String PAUSED = "paused";
    private static final String RUNNING = "running";

    private static final Pattern FILE = Pattern.compile("\\d{10,18}\\.yaml");

    private final Path folder;
    private final @Nullable DataFolder data;

    // A version never changes: its file is read once.
    @GuardedBy("this")
    private Found newest = new Found(Optional.empty(), 0);

    /** One whose loss nobody notices: a copy. */
    public FolderConfigStore(Path folder) {
        this(folder, null);
    }

    private FolderConfigStore(Path folder, @Nullable DataFolder data) {
        this.folder = folder;
        this.data = data;
    }

    /**
     * The versions of a node on its own. Throws IOException if there was a current one, and there
     * is nothing now: without declarations services would be served as if nothing were declared.
     */
    public static FolderConfigStore open(DataFolder data) throws IOException {
        var store = new FolderConfigStore(data.config(), data);
        if (Files.exists(data.config().resolve("current"))) {
            data.keepDeclared();
        } else if (data.wasDeclared()) {
            throw new IOException(
                    data.config()
                            + ": no current version, and there was one (expected: the folder as it"
                            + " was; or, to declare anew by --config FILE, no line declared=true in "
                            + data.propertiesFile()
                            + ")");
        }
        return store;
    }

    @Override
    public synchronized Found find() throws IOException {
        var file = folder.resolve("current");
        if (!Files.exists(file)) {
            checkNoneWasCurrent(file);
            return new Found(Optional.empty(), 0);
        }
        var text = content(file, POINTER).strip();
        var said = CURRENT.matcher(text);
        if (!said.matches()) {
            throw new IOException(file + ": '" + text + "' (expected: " + POINTER + ")");
        }
        long revision = Long.parseLong(said.group(1));
        if (revision != newest.revision()) {
            newest = new Found(Optional.of(current(file, revision, said.group(2))), revision);
        }
        return newest;
    }

    /** Another number than was written would bring back rules that are in force no more. */
    private ConfigVersion current(Path pointer, long number, @Nullable String sha256)
            throws IOException {
        if (!Files.exists(file(number))) {
            throw new IOException(file(number) + ": missing, and it is current");
        }
        var version = read(file(number)).version();
        if (version.number() != number
                || (sha256 != null && !version.digest().sha256().equals(sha256))) {
            throw new IOException(
                    pointer
                            + ": version "
                            + number
                            + " is not the one that it means (expected: the digest of its text)");
        }
        return version;
    }

    /** The first version is what a crash left of storing it; a later one had one before it. */
    private void checkNoneWasCurrent(Path current) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        for (var file : files()) {
            if (!file.equals(file(1))) {
                throw new IOException(
                        current
                                + ": missing, and there is "
                                + file.getFileName()
                                + " (expected: the number of the current version)");
            }
        }
    }

    @Override
    public synchronized Optional<String> findText(long number) throws IOException {
        return Files.exists(file(number))
                ? Optional.of(read(file(number)).text())
                : Optional.empty();
    }

    @Override
    public synchronized List<ConfigVersion> versions() throws IOException {
        var current = find().version();
        if (current.isEmpty()) {
            return List.of();
        }
        var versions = new ArrayList<ConfigVersion>();
        for (var file : files()) {
            var version = read(file).version();
            // One above is what a crash left of storing it.
            if (version.number() <= current.get().number()) {
                versions.add(version);
            }
        }
        versions.sort(Comparator.comparingLong(ConfigVersion::number).reversed());
        return versions;
    }

    @Override
    public synchronized Outcome store(ConfigVersion next, String text, Found before)
            throws IOException {
        var now = find();
        if (now.revision() != before.revision()) {
            return new Outcome.Overtaken(now.revision());
        }
        put(next, text);
        try {
            if (data != null) {
                // After it: a crash in between is made good by the next start.
                data.keepDeclared();
            }
        } catch (IOException e) {
            LOG.warn("that a version is declared could not be noted: {}", e.toString());
        }
        try {
            for (var dropped : Retention.dropped(versions())) {
                Files.delete(file(dropped.number()));
            }
        } catch (IOException e) {
            // It is stored all the same; the next one tries again.
            LOG.warn("old versions of the configuration could not be removed: {}", e.toString());
        }
        return new Outcome.Stored();
    }

    /** Keeps this version alone, which may be any. */
    synchronized void keepOnly(ConfigVersion version, String text) throws IOException {
        put(version, text);
        for (var file : files()) {
            if (!file.equals(file(version.number()))) {
                Files.delete(file);
            }
        }
    }

    @Override
    public synchronized boolean isMigrationPaused() throws IOException {
        var file = folder.resolve(MIGRATION);
        if (!Files.exists(file)) {
            return false;
        }
        var said = content(file, "'" + PAUSED + "' or '" + RUNNING + "'").strip();
        if (!said.equals(PAUSED) && !said.equals(RUNNING)) {
            throw new IOException(
                    file + ": '" + said + "' (expected: '" + PAUSED + "' or '" + RUNNING + "')");
        }
        return said.equals(PAUSED);
    }

    @Override
    public synchronized void pauseMigration(boolean paused) throws IOException {
        Files.createDirectories(folder);
        DataFolder.replace(folder.resolve(MIGRATION), (paused ? PAUSED : RUNNING) + "\n");
    }

    @Override
    public void watch(Runnable changed) {
        // Whoever stores a version here looks at once.
    }

    @Override
    public void close() {
        // Nothing is held open.
    }

    private void put(ConfigVersion version, String text) throws IOException {
        Files.createDirectories(folder);
        var head =
                """
                # Atoll configuration 1
                # version: %d
                # applied: %s
                # by: %s
                # text: %d %s
                # ---
                """
                        .formatted(
                                version.number(),
                                version.appliedAt(),
                                version.appliedBy(),
                                version.digest().bytes(),
                                version.digest().sha256());
        DataFolder.replace(file(version.number()), head + text);
        try {
            // Last: before it, the version before is current.
            DataFolder.replace(
                    folder.resolve("current"),
                    version.number() + " " + version.digest().sha256() + "\n");
        } catch (IOException e) {
            throw Failure.of(
                    Reason.OUTCOME_UNKNOWN,
                    "version " + version.number() + " may be current or not: " + e.getMessage(),
                    e);
        }
    }

    private record Stored(ConfigVersion version, String text) {}

    private static Stored read(Path file) throws IOException {
        var content = content(file, "the text that was applied");
        var head = HEAD.matcher(content);
        if (!head.lookingAt()) {
            throw new IOException(file + ": its first lines are not those of a version");
        }
        try {
            var digest = new ConfigVersion.Digest(head.group(5), Integer.parseInt(head.group(4)));
            var version =
                    new ConfigVersion(
                            Long.parseLong(head.group(1)),
                            Instant.parse(head.group(2)),
                            head.group(3),
                            digest);
            var text = content.substring(head.end());
            if (!ConfigVersion.Digest.of(text).equals(digest)) {
                throw new IOException(
                        file
                                + ": not the text that was applied (expected: SHA-256 "
                                + digest.sha256()
                                + ")");
            }
            return new Stored(version, text);
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private static String content(Path file, String expected) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(file + ": a folder (expected: " + expected + ")");
        }
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": missing (expected: " + expected + ")", e);
        } catch (CharacterCodingException e) {
            throw new IOException(file + ": not UTF-8 (expected: " + expected + ")", e);
        }
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> FILE.matcher(file.getFileName().toString()).matches())
                    .toList();
        }
    }

    private Path file(long number) {
        return folder.resolve(String.format(Locale.ROOT, "%010d.yaml", number));
    }
}

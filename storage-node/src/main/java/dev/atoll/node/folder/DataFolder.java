package dev.atoll.node.folder;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * One node's folder, locked for as long as this is open. Thread-safe.
 *
 * <pre>
 * lock                                    held while a process uses the folder
 * node.properties                         format, id, cluster, shards, journal: the log's id,
 *                                         declared: whether config/ must be there
 * catalog.sqlite                          a view that can be rebuilt from the instances
 * journal/                                the commits that are not folded yet, by segment
 * config/                                 the versions of the declarations, or a copy of the newest
 * tmp/                                    copies on their way to a client
 * epochs                                  lines "shard epoch": the highest seen
 * gone                                    lines "shard incarnation": files still to be removed
 * instances/00042/                        there from before the first instance of that shard on
 * instances/00042/7/00063f…a1.sqlite      an instance, by incarnation
 *                             .sqlite-wal its commits that are not folded yet; empty while it sleeps
 *                            .sqlite.sums what is folded, and a checksum of each page
 *                         .sqlite.commits commits that could not be brought into it; newest: the
 *                                         number of the newest of them, or of one that is lost
 *                      .sqlite.quarantine why it must not be served
 *                       .sqlite.unclaimed what was found, and seems to be nobody's
 * </pre>
 *
 * <p>Files are spread over 16 folders a shard, since one folder with a million is slow to work
 * with, and each folder costs its first instance a sync.
 */
public final class DataFolder implements AutoCloseable {
    /** The format of the folder. A newer one is refused. */
    public static final int FORMAT = 3;

    private static final Pattern SHARD = Pattern.compile("\\d{5}");

    private final Path root;
    private final FileChannel lockChannel;
    private final Properties properties;

    @GuardedBy("this")
    private final BitSet held = new BitSet();

    @GuardedBy("this")
    private final TreeMap<Integer, Long> epochs = new TreeMap<>();

    private final ConcurrentHashMap<Path, Boolean> foldersMade = new ConcurrentHashMap<>();

    private DataFolder(Path root, FileChannel lockChannel, Properties properties) {
        this.root = root;
        this.lockChannel = lockChannel;
        this.properties = properties;
    }

    /**
     * Locks the folder, which is made if it is not there.
     *
     * @param cluster that the node belongs to; another one's folder is refused
     * @param shards how many the cluster has; used when the folder is made, else it must be the
     *     same or absent
     */
    public static DataFolder open(Path root, String cluster, int shards, RandomGenerator random)
            throws IOException {
        try {
            Files.createDirectories(root.resolve("instances"));
        } catch (IOException e) {
            throw new IOException("data folder " + root + " cannot be made: " + e, e);
        }
        var channel =
                FileChannel.open(
                        root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            lock(root, channel);
            var properties = readOrMake(root, cluster, shards, random);
            var folder = new DataFolder(root, channel, properties);
            folder.emptyTemporary();
            folder.readHeld();
            folder.readEpochs();
            return folder;
        } catch (RuntimeException e) {
            channel.close();
            throw e;
        } catch (IOException e) {
            channel.close();
            // The JDK leaves the file out where the disk is full.
            throw String.valueOf(e.getMessage()).contains(root.toString())
                    ? e
                    : new IOException("data folder " + root + ": " + e.getMessage(), e);
        }
    }

    /** The node's id, drawn when the folder was made. */
    public String nodeId() {
        return properties.getProperty("id");
    }

    public int shards() {
        return Integer.parseInt(properties.getProperty("shards"));
    }

    public Path catalogFile() {
        return root.resolve("catalog.sqlite");
    }

    /** The folder of the journal. */
    public Path journal() {
        return root.resolve("journal");
    }

    /** The folder of the declarations. */
    public Path config() {
        return root.resolve("config");
    }

    /** The id of the log that the journal's folder must hold; empty before the first commit. */
    public OptionalLong findJournalId() {
        var id = properties.getProperty("journal");
        return id == null
                ? OptionalLong.empty()
                : OptionalLong.of(HexFormat.fromHexDigitsToLong(id));
    }

    /** Remembers that id, durably before this returns. */
    public synchronized void keepJournalId(long id) throws IOException {
        var hex = HexFormat.of().toHexDigits(id);
        var text = Files.readString(propertiesFile()).stripTrailing();
        replace(propertiesFile(), text + "\njournal=" + hex + "\n");
        properties.setProperty("journal", hex);
    }

    /** Whether a version of the declarations was ever current here. */
    public boolean wasDeclared() {
        return properties.containsKey("declared");
    }

    /** Remembers that one is, durably before this returns. */
    public synchronized void keepDeclared() throws IOException {
        if (!wasDeclared()) {
            var text = Files.readString(propertiesFile()).stripTrailing();
            replace(propertiesFile(), text + "\ndeclared=true\n");
            properties.setProperty("declared", "true");
        }
    }

    /** What the folder says about itself. */
    public Path propertiesFile() {
        return root.resolve("node.properties");
    }

    /** A name for a file that nobody needs after a restart. */
    public Path temporaryFile() {
        return root.resolve("tmp").resolve(UUID.randomUUID() + ".sqlite");
    }

    /** Where the bytes left on the disk are asked for. */
    public Path root() {
        return root;
    }

    /** The file of an instance; its folder exists when this returns. */
    public Path instanceFile(int shard, long incarnation) {
        foldersMade.computeIfAbsent(
                instanceFolder(shard, incarnation),
                missing -> {
                    try {
                        Files.createDirectories(missing);
                        sync(shardFolder(shard));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    return true;
                });
        return findInstanceFile(shard, incarnation);
    }

    /** The file of an instance, if there is one. */
    public Path findInstanceFile(int shard, long incarnation) {
        return instanceFolder(shard, incarnation)
                .resolve(HexFormat.of().toHexDigits(incarnation) + InstanceFiles.SUFFIX);
    }

    private Path instanceFolder(int shard, long incarnation) {
        return shardFolder(shard)
                .resolve(String.valueOf(Character.forDigit(spread(incarnation), 16)));
    }

    /** Whether an instance of the shard ever was on this node. */
    public synchronized boolean everHeld(int shard) {
        return held.get(shard);
    }

    /** Marks, durably, that the shard holds or held an instance. */
    public synchronized void hold(int shard) throws IOException {
        if (!held.get(shard)) {
            Files.createDirectories(shardFolder(shard));
            // A node that forgot this would give the shard away, and its data would seem never to
            // have been.
            sync(root.resolve("instances"));
            held.set(shard);
        }
    }

    /** The highest epochs that this node has seen, by shard. */
    public synchronized Map<Integer, Long> epochsSeen() {
        return Map.copyOf(epochs);
    }

    /** Remembers epochs, durably before this returns. */
    public synchronized void seeEpochs(Map<Integer, Long> seen) throws IOException {
        var more = new TreeMap<>(epochs);
        seen.forEach((shard, epoch) -> more.merge(shard, epoch, Math::max));
        if (!more.equals(epochs)) {
            var text = new StringBuilder();
            more.forEach(
                    (shard, epoch) -> text.append(shard).append(' ').append(epoch).append('\n'));
            replace(root.resolve("epochs"), text.toString());
            epochs.putAll(more);
        }
    }

    /** Gives a file or folder its final name, durably. */
    public static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        sync(parent(to));
    }

    /** All instance files there are. */
    public List<InstanceFiles.Found> findInstances() throws IOException {
        return InstanceFiles.find(root.resolve("instances"));
    }

    /** The incarnations that are gone while their files could not be removed yet, with shards. */
    public synchronized Map<Long, Integer> gone() throws IOException {
        var gone = new TreeMap<Long, Integer>();
        var file = root.resolve("gone");
        if (Files.exists(file)) {
            for (var line : Files.readAllLines(file)) {
                var parts = line.split(" ", 2);
                gone.put(HexFormat.fromHexDigitsToLong(parts[1]), Integer.valueOf(parts[0]));
            }
        }
        return gone;
    }

    /** Remembers them, durably before this returns. */
    public synchronized void keepGone(Map<Long, Integer> gone) throws IOException {
        var text = new StringBuilder();
        gone.forEach(
                (incarnation, shard) ->
                        text.append(shard)
                                .append(' ')
                                .append(HexFormat.of().toHexDigits(incarnation))
                                .append('\n'));
        replace(root.resolve("gone"), text.toString());
    }

    /** Lets another process have the folder. */
    @Override
    public void close() {
        try {
            lockChannel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void emptyTemporary() throws IOException {
        var temporary = root.resolve("tmp");
        Files.createDirectories(temporary);
        try (var files = Files.list(temporary)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    private static void lock(Path root, FileChannel channel) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new IOException(
                    "data folder " + root + " is used by another process (expected: one process)");
        }
    }

    private static void checkFormat(Path file, String format) throws IOException {
        if (format.matches("\\d{1,9}") && Integer.parseInt(format) > FORMAT) {
            throw new IOException(
                    file
                            + ": format: '"
                            + format
                            + "' (expected: at most "
                            + FORMAT
                            + "; a newer version of Atoll wrote it)");
        }
        if (!format.equals(Integer.toString(FORMAT))) {
            throw new IOException(file + ": format: '" + format + "' (expected: '" + FORMAT + "')");
        }
    }

    private static Properties readOrMake(
            Path root, String cluster, int shards, RandomGenerator random) throws IOException {
        var file = root.resolve("node.properties");
        var properties = new Properties();
        if (Files.exists(file)) {
            try (var reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            }
            checkFormat(file, properties.getProperty("format", ""));
            expect(file, properties, "cluster", cluster);
            expect(file, properties, "shards", Integer.toString(shards));
            if (properties.getProperty("id", "").isBlank()) {
                throw new IOException(file + ": id: '' (expected: the id of the node)");
            }
        } else if (Files.exists(root.resolve("catalog.sqlite"))) {
            // Made anew, it would have another id, and the shards of the old one would stay away.
            throw new IOException(
                    file + ": missing beside a catalogue (expected: the file that was there)");
        } else {
            var text =
                    "format="
                            + FORMAT
                            + "\nid="
                            + HexFormat.of().toHexDigits(random.nextLong())
                            + "\ncluster="
                            + cluster
                            + "\nshards="
                            + shards
                            + "\n";
            replace(file, text);
            try (var reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            }
        }
        checkJournalId(file, properties);
        return properties;
    }

    private static void checkJournalId(Path file, Properties properties) throws IOException {
        var id = properties.getProperty("journal");
        if (id != null && !id.matches("[0-9a-f]{16}")) {
            throw new IOException(
                    file + ": journal: '" + id + "' (expected: 16 hex digits, or no such line)");
        }
    }

    private static void expect(Path file, Properties properties, String name, String expected)
            throws IOException {
        var value = Optional.ofNullable(properties.getProperty(name)).orElse("");
        if (!value.equals(expected)) {
            throw new IOException(
                    file + ": " + name + ": '" + value + "' (expected: '" + expected + "')");
        }
    }

    private synchronized void readHeld() throws IOException {
        List<Integer> shards;
        try (var folders = Files.list(root.resolve("instances"))) {
            shards =
                    folders.map(folder -> folder.getFileName().toString())
                            .filter(name -> SHARD.matcher(name).matches())
                            .map(Integer::valueOf)
                            .toList();
        }
        for (int shard : shards) {
            held.set(shard);
        }
    }

    private synchronized void readEpochs() throws IOException {
        var file = root.resolve("epochs");
        if (Files.exists(file)) {
            for (var line : Files.readAllLines(file)) {
                var parts = line.split(" ", 2);
                epochs.put(Integer.valueOf(parts[0]), Long.valueOf(parts[1]));
            }
        }
    }

    private Path shardFolder(int shard) {
        return root.resolve("instances").resolve(String.format(Locale.ROOT, "%05d", shard));
    }

    private static int spread(long incarnation) {
        return Long.hashCode(incarnation * 0x9e3779b97f4a7c15L) >>> 28;
    }

    static Path parent(Path file) {
        var parent = file.getParent();
        if (parent == null) {
            throw new IllegalStateException("file " + file + " has no folder");
        }
        return parent;
    }

    /** The file appears whole or not at all: temp, sync, rename, sync the folder. */
    public static void replace(Path file, String text) throws IOException {
        var temporary = file.resolveSibling(file.getFileName() + ".new");
        try (var channel =
                FileChannel.open(
                        temporary,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(
                temporary,
                file,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        sync(parent(file));
    }

    static void sync(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}

package dev.atoll.node.config;

import dev.atoll.node.blocks.file.BlockFile;
import dev.atoll.node.blocks.file.FileProblem;
import dev.atoll.node.blocks.file.PlacedChanges;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;

/** Applies files, and shows what was applied. Thread-safe; every method waits for the store. */
public final class ConfigVersions {
    /** With its reply it has to fit into a message of any client. */
    private static final int TEXT_BYTES_MAX = 12 << 20;

    /** Problems travel in the headers of the reply, several times over. */
    private static final int PROBLEMS_BYTES_MAX = 1_200;

    private static final int PROBLEM_LENGTH_MAX = 200;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    /** A node that needs longer has it later; the version is stored. */
    private static final Duration ACTIVE_WITHIN = Duration.ofSeconds(2);

    private final ConfigStore store;
    private final ActiveConfig active;
    private final InstantSource clock;

    /** One file at a time: a large one takes a core for seconds. */
    private final ReentrantLock reading = new ReentrantLock();

    public ConfigVersions(ConfigStore store, ActiveConfig active, InstantSource clock) {
        this.store = store;
        this.active = active;
        this.clock = clock;
    }

    /**
     * What is to be applied.
     *
     * @param by who applies it
     * @param mode how
     */
    public record Application(String text, String by, Mode mode) {
        /**
         * How it is applied.
         *
         * @param allowDestructive whether changes may lose data
         * @param dryRun whether nothing is stored
         * @param expectVersion what must be current; empty for anything
         */
        public record Mode(boolean allowDestructive, boolean dryRun, OptionalLong expectVersion) {}
    }

    /**
     * What was, or would be, changed.
     *
     * @param version now current; 0 for a dry run
     * @param comparedWith what was current before; 0 for none
     */
    public record Applied(long version, long comparedWith, ConfigChanges changes) {}

    /** Checks the file and, unless it is a dry run, makes it current. */
    public Applied apply(Application asked) {
        var digest = ConfigVersion.Digest.of(asked.text());
        if (digest.bytes() > TEXT_BYTES_MAX) {
            throw Failure.limitExceeded("yaml", TEXT_BYTES_MAX, digest.bytes());
        }
        var found = fromStore(store::find);
        if (found.version().map(ConfigVersion::digest).equals(Optional.of(digest))) {
            return unchanged(found.version().orElseThrow().number(), asked.mode().dryRun());
        }
        var base = base(found);
        checkExpected(base, asked.mode().expectVersion());
        var checked = check(asked.text(), base);
        var changes = checked.changes();
        long before = base.map(Base::number).orElse(0L);
        if (asked.mode().dryRun()) {
            return new Applied(0, before, changes);
        }
        checkDestructive(changes, asked.mode());
        // etcd keeps milliseconds, and a version is the same everywhere.
        var now = Instant.ofEpochMilli(clock.millis());
        var next = new ConfigVersion(before + 1, now, asked.by(), digest);
        active.expect(Optional.of(new Declarations(next, checked.file())));
        try {
            var outcome = fromStore(() -> store.store(next, asked.text(), found));
            return switch (outcome) {
                case ConfigStore.Outcome.Overtaken(long number) -> throw overtaken(number, before);
                case ConfigStore.Outcome.Stored _ -> {
                    var _ = active.isActiveSoon(next.number(), ACTIVE_WITHIN);
                    yield new Applied(next.number(), before, changes);
                }
            };
        } finally {
            active.expect(Optional.empty());
        }
    }

    /** A version and its text. */
    public record Shown(long number, String text) {}

    /** The version of that number, or the current one for 0; number 0 where there is none. */
    public Shown show(long number) {
        if (number < 0) {
            throw notKept(number);
        }
        long wanted =
                number > 0
                        ? number
                        : fromStore(store::find).version().map(ConfigVersion::number).orElse(0L);
        if (wanted == 0) {
            return new Shown(0, "");
        }
        var text = fromStore(() -> store.findText(wanted));
        return new Shown(wanted, text.orElseThrow(() -> notKept(wanted)));
    }

    /** Those that are kept, newest first. */
    public List<ConfigVersion> list() {
        return fromStore(store::versions);
    }

    /**
     * Pauses the bringing of sleeping instances to the declared schema, or lets it go on, on all
     * nodes. Saying what is so already changes nothing.
     */
    public void pauseMigration(boolean paused) {
        try {
            store.pauseMigration(paused);
        } catch (IOException e) {
            throw Failure.of(
                    Reason.OUTCOME_UNKNOWN,
                    "the migration may be paused or not: " + e.getMessage(),
                    e);
        }
        active.askAgain(ACTIVE_WITHIN);
    }

    /**
     * What a file is compared with.
     *
     * @param file empty if this node cannot read it
     */
    private record Base(long number, Optional<BlockFile> file) {}

    /** The current version; or what this node has had, where the store has lost that. */
    private Optional<Base> base(ConfigStore.Found found) {
        var had = active.current();
        long stored = found.version().map(ConfigVersion::number).orElse(0L);
        if (had.isPresent() && had.get().version().number() >= stored) {
            return Optional.of(
                    new Base(had.get().version().number(), Optional.of(had.get().file())));
        }
        return found.version()
                .map(
                        version -> {
                            var text = fromStore(() -> store.findText(version.number()));
                            var file = read(text.orElseThrow(() -> notKept(version.number())));
                            return new Base(
                                    version.number(),
                                    file instanceof BlockFile.Result.Right(var right)
                                            ? Optional.of(right)
                                            : Optional.empty());
                        });
    }

    private Applied unchanged(long current, boolean dryRun) {
        if (!dryRun) {
            var _ = active.isActiveSoon(current, ACTIVE_WITHIN);
        }
        return new Applied(dryRun ? 0 : current, current, ConfigChanges.NONE);
    }

    private static void checkExpected(Optional<Base> base, OptionalLong expected) {
        long number = base.map(Base::number).orElse(0L);
        if (expected.isPresent() && expected.getAsLong() != number) {
            throw overtaken(number, expected.getAsLong());
        }
    }

    /** A file that can be used, and what it changes. */
    private record Checked(BlockFile file, ConfigChanges changes) {}

    private Checked check(String text, Optional<Base> base) {
        var file =
                switch (read(text)) {
                    case BlockFile.Result.Right(var right) -> right;
                    case BlockFile.Result.Wrong(var problems) -> throw invalid(problems);
                };
        var changes = compare(base, file);
        if (!changes.impossible().isEmpty()) {
            throw impossible(PlacedChanges.of(text, changes.impossible()));
        }
        return new Checked(file, changes);
    }

    private BlockFile.Result read(String text) {
        reading.lock();
        try {
            return BlockFile.read(text);
        } finally {
            reading.unlock();
        }
    }

    private ConfigChanges compare(Optional<Base> base, BlockFile file) {
        reading.lock();
        try {
            if (base.isEmpty()) {
                return ConfigChanges.ofTheFirst(file);
            }
            return base.get()
                    .file()
                    .map(before -> ConfigChanges.between(before, file))
                    .orElseGet(() -> ConfigChanges.ofTheUnknown(file, base.get().number()));
        } finally {
            reading.unlock();
        }
    }

    private static void checkDestructive(ConfigChanges changes, Application.Mode mode) {
        int count = changes.destructive().size();
        if (count > 0 && !mode.allowDestructive()) {
            throw Failure.of(
                            Reason.EXPECTATION_FAILED,
                            "configuration: "
                                    + count
                                    + " changes lose data (expected: none, or allow_destructive):\n"
                                    + shown(changes.destructive()))
                    .with("destructive", Integer.toString(count));
        }
    }

    private static Failure overtaken(long current, long expected) {
        return Failure.of(
                        Reason.EXPECTATION_FAILED,
                        "configuration: version "
                                + current
                                + " is current (expected: "
                                + expected
                                + "): another was applied meanwhile")
                .with("current_version", Long.toString(current))
                .with("expected_version", Long.toString(expected));
    }

    private static Failure invalid(List<FileProblem> problems) {
        var texts = problems.stream().map(FileProblem::toString).toList();
        return Failure.of(
                        Reason.CONFIG_INVALID,
                        "configuration: "
                                + problems.size()
                                + (problems.size() == 1 ? " problem" : " problems")
                                + " (expected: none):\n"
                                + shown(texts))
                .with("problems", Integer.toString(problems.size()))
                .with("line", Integer.toString(problems.getFirst().line()))
                .with("column", Integer.toString(problems.getFirst().column()));
    }

    private static Failure impossible(List<FileProblem> changes) {
        return Failure.of(
                        Reason.CONFIG_INVALID,
                        "configuration: "
                                + changes.size()
                                + " of the changes cannot be made (expected: none):\n"
                                + shown(changes.stream().map(FileProblem::toString).toList()))
                .with("impossible", Integer.toString(changes.size()))
                .with("line", Integer.toString(changes.getFirst().line()))
                .with("column", Integer.toString(changes.getFirst().column()));
    }

    /** The first of them, a line each, and how many more there are. */
    private static String shown(List<String> texts) {
        var lines = new ArrayList<String>();
        int bytes = 0;
        for (var text : texts) {
            var line = cut(text);
            bytes += line.getBytes(StandardCharsets.UTF_8).length + 1;
            if (bytes > PROBLEMS_BYTES_MAX) {
                lines.add("and " + (texts.size() - lines.size()) + " more");
                break;
            }
            lines.add(line);
        }
        return String.join("\n", lines);
    }

    private static String cut(String text) {
        return text.codePointCount(0, text.length()) <= PROBLEM_LENGTH_MAX
                ? text
                : text.substring(0, text.offsetByCodePoints(0, PROBLEM_LENGTH_MAX - 1)) + "…";
    }

    private static Failure notKept(long number) {
        return Failure.of(
                Reason.VALIDATION_FAILED,
                "version: " + number + " (expected: one that is listed, or 0 for the current one)");
    }

    private interface Asked<T> {
        T answer() throws IOException;
    }

    /** Nothing was changed by what throws here. */
    private static <T> T fromStore(Asked<T> asked) {
        try {
            return asked.answer();
        } catch (IOException e) {
            throw Failure.of(
                            Reason.NODE_UNAVAILABLE,
                            "the configuration cannot be reached: " + e.getMessage(),
                            e)
                    .retryAfter(RETRY_AFTER);
        }
    }
}

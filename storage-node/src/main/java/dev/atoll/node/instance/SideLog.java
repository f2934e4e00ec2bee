package dev.atoll.node.instance;

import dev.atoll.node.disk.SystemDisk;
import dev.atoll.node.folder.DataFolder;
import dev.atoll.node.folder.InstanceFiles;
import dev.atoll.node.instance.JournalIndex.Traces;
import dev.atoll.node.journal.FileJournal;
import dev.atoll.node.journal.JournalDump;
import dev.atoll.node.journal.JournalMetrics;
import dev.atoll.node.journal.JournalRecord;
import dev.atoll.node.journal.JournalSettings;
import dev.atoll.node.journal.LogMark;
import dev.atoll.node.sqlite.ClosedDatabase;
import dev.atoll.wire.Failure;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A small log beside an instance's file: commits that cannot be brought into the file, kept for
 * whoever mends it, so that the node's journal need not keep them. It has the journal's format, and
 * beside it the number of the newest commit that the file lacked, which may be one that is lost.
 *
 * <p>The invariant it relies on: a file whose checksums fit, and into which that commit is folded,
 * lacks nothing; one without such a log lacks nothing that the journal forgot.
 */
final class SideLog {
    private static final long MIB = 1 << 20;

    /** Small files; as many as it takes, since a wait for space would come to nothing. */
    private static final JournalSettings SETTINGS =
            new JournalSettings(MIB, Long.MAX_VALUE / 4, Long.MAX_VALUE / 4, 0, Duration.ofDays(1));

    /** What that version found where nothing was left to be redone. */
    private static final List<String> FOR_NOTHING =
            List.of(".sqlite: missing", ".sqlite: nothing folded, and nothing in the journal");

    private SideLog() {}

    /**
     * Writes what the journal holds of an instance beyond its file, durably, to a folder that
     * appears whole or not at all. Does nothing where that is nothing, or if it is there: from an
     * earlier time, when the journal still held all of it.
     *
     * @param known a commit that the file lacks though the journal does not hold it; 0 for none
     */
    static void write(Traces traces, Path target, long known) throws IOException {
        write(target, Math.max(traces.newestUnfolded(), known), traces::unfoldedAndReadable);
    }

    /** The same for a file that lacks commits up to that one, of which the journal has none. */
    static void write(Path target, long newest) throws IOException {
        write(target, newest, List::of);
    }

    /** Commits that are read when they are needed. */
    private interface Source {
        List<JournalRecord.Commit> read() throws IOException;
    }

    private static void write(Path target, long newest, Source commits) throws IOException {
        if (newest == 0 || Files.exists(target)) {
            return;
        }
        var making = InstanceFiles.unfinishedSideLog(target);
        Files.createDirectories(making);
        var log =
                FileJournal.open(
                        new FileJournal.Place(SystemDisk.INSTANCE, making),
                        SETTINGS,
                        new JournalMetrics(new SimpleMeterRegistry()),
                        new FileJournal.Sources(
                                System::nanoTime, new SecureRandom(), LogMark.NONE));
        try (log) {
            for (var commit : commits.read()) {
                log.append(commit);
            }
        } catch (Failure e) {
            throw new IOException(making + ": " + e.message(), e);
        }
        if (log.durable() < log.last()) {
            throw new IOException(making + ": not all of it became durable");
        }
        InstanceFiles.keepNewest(making, newest);
        DataFolder.rename(making, target);
    }

    /** What the file of an instance lacks of its commits, if anything; the file is well. */
    static Optional<String> lacking(Path file) throws IOException {
        var folder = InstanceFiles.sideLog(file);
        if (!Files.exists(folder)) {
            return Optional.empty();
        }
        var newest = InstanceFiles.findNewest(folder);
        if (newest.isEmpty()) {
            return isForNothing(file, folder)
                    ? Optional.empty()
                    : Optional.of(folder + ": commits that could not be brought into its file");
        }
        long folded = ClosedDatabase.foldedCommit(file);
        return newest.getAsLong() <= folded
                ? Optional.empty()
                : Optional.of(
                        folder
                                + ": commits up to "
                                + newest.getAsLong()
                                + " (its file: up to "
                                + folded
                                + ")");
    }

    /**
     * Whether an earlier version made it where there was nothing to keep, as it did when it found
     * no file. An empty one can also mean that nothing of what was lost could be read.
     */
    private static boolean isForNothing(Path file, Path folder) throws IOException {
        var why = InstanceFiles.findReason(file).orElse("");
        return FOR_NOTHING.stream().anyMatch(why::endsWith)
                && JournalDump.isEmpty(SystemDisk.INSTANCE, folder);
    }
}

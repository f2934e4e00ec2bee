package dev.atoll.node.instance;

import dev.atoll.node.disk.SystemDisk;
import dev.atoll.node.folder.DataFolder;
import dev.atoll.node.instance.JournalIndex.Traces;
import dev.atoll.node.journal.FileJournal;
import dev.atoll.node.journal.JournalMetrics;
import dev.atoll.node.journal.JournalSettings;
import dev.atoll.node.journal.LogMark;
import dev.atoll.wire.Failure;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;

/**
 * A small log beside an instance's file: commits that cannot be brought into the file, kept for
 * whoever mends it, so that the node's journal need not keep them. It has the journal's format.
 */
final class SideLog {
    private static final long MIB = 1 << 20;

    /** Small files; as many as it takes, since a wait for space would come to nothing. */
    private static final JournalSettings SETTINGS =
            new JournalSettings(MIB, Long.MAX_VALUE / 4, Long.MAX_VALUE / 4, 0, Duration.ofDays(1));

    private SideLog() {}

    /**
     * Writes what the journal holds of an instance beyond its file, durably, to a folder that
     * appears whole or not at all. Does nothing if it is there: from an earlier time, when the
     * journal still held all of it.
     */
    static void write(Traces traces, Path target) throws IOException {
        if (Files.exists(target)) {
            return;
        }
        var making = target.resolveSibling(target.getFileName() + ".new");
        deleteFolder(making);
        Files.createDirectories(making);
        var log =
                FileJournal.open(
                        new FileJournal.Place(SystemDisk.INSTANCE, making),
                        SETTINGS,
                        new JournalMetrics(new SimpleMeterRegistry()),
                        new FileJournal.Sources(
                                System::nanoTime, new SecureRandom(), LogMark.NONE));
        try (log) {
            for (var commit : traces.unfoldedAndReadable()) {
                log.append(commit);
            }
        } catch (Failure e) {
            throw new IOException(making + ": " + e.message(), e);
        }
        if (log.durable() < log.last()) {
            throw new IOException(making + ": not all of it became durable");
        }
        DataFolder.rename(making, target);
    }

    private static void deleteFolder(Path folder) throws IOException {
        if (Files.exists(folder)) {
            for (var file : SystemDisk.INSTANCE.list(folder)) {
                Files.delete(file);
            }
            Files.delete(folder);
        }
    }
}

package dev.atoll.node.instance;

import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.catalog.CatalogEntry;
import dev.atoll.node.folder.InstanceFiles;
import dev.atoll.node.sqlite.ClosedDatabase;
import dev.atoll.node.sqlite.FoldedFile;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that holds less than it did: an older copy, or one whose sidecar lost the newest of its
 * slots. Served, it would take back what was acknowledged, and give numbers of commits again. Every
 * method is for an instance that is closed, and of which nothing is left to be redone.
 *
 * <p>The invariant it relies on: the catalogue's row of an instance names a commit only after a
 * fold of it into the file is durable, but for the first commit, which is in the journal until
 * then. A fold's record in the journal, too, is written after the fold. And the journal forgets a
 * record only when the catalogue, synced, has what it says. So of a closed instance with nothing
 * left to be redone the file holds at least the commit that the row names.
 */
final class OlderFile {
    private static final Logger LOG = LoggerFactory.getLogger(OlderFile.class);

    private OlderFile() {}

    /** What is wrong, if the file is older than what is known of its instance. */
    static Optional<Failure> find(Path file, CatalogEntry entry) {
        try {
            return find(FoldedFile.read(file), entry);
        } catch (Failure e) {
            LOG.atDebug().addKeyValue("file", file).log("its sidecar cannot be read", e);
            return Optional.empty(); // Opening it says so.
        }
    }

    /** The same, of one that is about to be opened. */
    static Optional<Failure> find(FoldedFile file, CatalogEntry entry) {
        long folded = file.commit();
        // A sidecar that says nothing is another finding, of whoever opens the file.
        return folded == 0 || folded >= entry.newest().commit()
                ? Optional.empty()
                : Optional.of(quarantined(file.file(), folded, entry.newest().commit()));
    }

    static Failure quarantined(Path file, long folded, long known) {
        return Failure.of(
                        Reason.INSTANCE_QUARANTINED,
                        file
                                + ": holds commits up to "
                                + folded
                                + " (expected: up to "
                                + known
                                + ", which it held before; it is an older copy, or its .sums file"
                                + " is damaged)")
                .with("file", file.toString());
    }

    /**
     * Accepts an older copy where an operator says that it was put there on purpose: what it lacks
     * is given up, and the next commit has a number that was never given.
     */
    static void accept(Path file, CatalogEntry entry, Catalog catalog) throws IOException {
        if (!Files.exists(InstanceFiles.restored(file))) {
            return;
        }
        long given = entry.newest().commit();
        var sideLog = InstanceFiles.sideLog(file);
        if (Files.exists(sideLog)) {
            given = Math.max(given, InstanceFiles.findNewest(sideLog).orElse(0));
        }
        long folded = ClosedDatabase.foldedCommit(file);
        if (folded < given) {
            var now = ClosedDatabase.renumber(file, given + 1);
            catalog.update(entry.incarnation(), now.commit(), Recovery.content(now));
            LOG.atWarn()
                    .addKeyValue("instance", entry.key())
                    .addKeyValue("commit", folded)
                    .addKeyValue("givenUp", given)
                    .addKeyValue("goesOnAs", now.commit())
                    .log("an older copy of its file is served, as it was put there on purpose");
        }
        InstanceFiles.removeRestored(file);
    }
}

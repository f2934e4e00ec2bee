package dev.atoll.node.instance;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.atoll.node.folder.DataFolder;
import dev.atoll.node.folder.InstanceFiles;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of incarnations that are gone: removed at once, or again and again until the disk lets
 * go of them. Thread-safe.
 *
 * <p>The invariant: the journal keeps the record of a deletion until the files are removed, or
 * until a list in the data folder says durably that the incarnation is gone. So no start takes such
 * files for an instance, and no file holds the journal back for ever.
 */
final class Removals {
    private static final Logger LOG = LoggerFactory.getLogger(Removals.class);

    private final DataFolder folder;

    /** Shards by incarnation, of those whose files could not be removed yet. */
    @GuardedBy("this")
    private final TreeMap<Long, Integer> left;

    /** What the data folder's list says. */
    @GuardedBy("this")
    private Map<Long, Integer> listed;

    /** Records after this position are needed for those that are not on the list. */
    @GuardedBy("this")
    private long neededAfter = Long.MAX_VALUE;

    /** Goes on with what an earlier run could not remove. */
    Removals(DataFolder folder) throws IOException {
        this.folder = folder;
        this.listed = folder.gone();
        this.left = new TreeMap<>(listed);
    }

    /**
     * Removes what is left of an incarnation that is gone, now or later.
     *
     * @param after the journal's position before the records that say so
     */
    synchronized void remove(int shard, long incarnation, long after) {
        try {
            InstanceFiles.remove(folder.findInstanceFile(shard, incarnation));
            left.remove(incarnation);
        } catch (IOException e) {
            LOG.atError()
                    .addKeyValue("incarnation", incarnation)
                    .log("files of a deleted instance cannot be removed yet: {}", e.toString());
            left.put(incarnation, shard);
            neededAfter = Math.min(neededAfter, after);
            list();
        }
    }

    /** Tries again to remove what is left. */
    synchronized void tryAgain() {
        for (var gone : Map.copyOf(left).entrySet()) {
            try {
                InstanceFiles.remove(folder.findInstanceFile(gone.getValue(), gone.getKey()));
                left.remove(gone.getKey());
                LOG.atInfo()
                        .addKeyValue("incarnation", gone.getKey())
                        .log("files of a deleted instance are removed now");
            } catch (IOException e) {
                // It was logged when it began, and the next round tries once more.
                LOG.atDebug().addKeyValue("incarnation", gone.getKey()).log("still there", e);
            }
        }
        list();
    }

    /** Brings the data folder's list up to date, if it can be written. */
    private synchronized void list() {
        if (!left.equals(listed)) {
            try {
                folder.keepGone(left);
                listed = Map.copyOf(left);
            } catch (IOException e) {
                LOG.error("the list of what is gone cannot be written yet: {}", e.toString());
                return;
            }
        }
        neededAfter = Long.MAX_VALUE;
    }

    /** Records after this position are needed: nothing else says that an incarnation is gone. */
    synchronized long neededAfter() {
        return neededAfter;
    }

    /** Those whose files may still lie about. */
    synchronized Set<Long> incarnations() {
        return Set.copyOf(left.keySet());
    }
}

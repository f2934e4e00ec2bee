package dev.atoll.node.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.sqlite.PlainDatabase;
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.InstanceKey;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One row that is not what was written keeps nobody else from being found. */
class DueTableTest {
    private static final int SHARD = 7;

    /** Several pages of a search. */
    private static final int INSTANCES = 600;

    private static final long NOW = 1_000_000;

    private PlainDatabase database;
    private DueTable due;

    @BeforeEach
    void open(@TempDir Path folder) {
        var file = folder.resolve("catalog.sqlite");
        database = PlainDatabase.openView(file);
        CatalogTables.prepare(file, database);
        due = new DueTable(database);
        var instances = new InstanceRows(database);
        var _ =
                database.transaction(
                        () -> {
                            for (int i = 1; i <= INSTANCES; i++) {
                                instances.put(entry(i));
                                due.put(i, new Due("user", i, i));
                            }
                            return true;
                        });
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void allAreFoundInTheirOrder() {
        assertThat(found()).isEqualTo(except(0, 0));
    }

    @Test
    void oneRowThatIsDamagedHidesNoOther() {
        database.run("UPDATE due SET failures = failures + 1 WHERE incarnation = 1");
        assertThat(found()).isEqualTo(except(1, 1));
        assertThat(found()).isEqualTo(except(1, 1));
    }

    @Test
    void pagesOfThemHideNoOther() {
        database.run(
                "UPDATE due SET failures = failures + 1 WHERE incarnation BETWEEN 100 AND 240");
        assertThat(found()).isEqualTo(except(100, 240));
    }

    @Test
    void aTimeThatIsDamagedHidesNoOther() {
        database.run("UPDATE due SET own_at = 3, watched_at = 3 WHERE incarnation = 300");
        assertThat(found()).isEqualTo(except(300, 300));
    }

    @Test
    void theRowOfAnInstanceThatIsDamagedHidesNoOther() {
        database.run("UPDATE instance SET bytes = bytes + 1 WHERE incarnation BETWEEN 1 AND 140");
        assertThat(found()).isEqualTo(except(1, 140));
    }

    @Test
    void whatIsNotedAnewIsFoundAgain() {
        database.run("UPDATE due SET failures = failures + 1 WHERE incarnation = 300");
        assertThat(found()).isEqualTo(except(300, 300));
        due.put(300, new Due("user", 300, 300));
        assertThat(found()).isEqualTo(except(0, 0));
    }

    /** By both searches, which find the same here. */
    private List<Long> found() {
        var shards = new BitSet();
        shards.set(SHARD);
        var own = due.findOwn(NOW, shards, _ -> false, INSTANCES);
        assertThat(due.findWatched("user", NOW, shards, _ -> false, INSTANCES)).isEqualTo(own);
        // A few at a time, as a node that is busy asks.
        var inTurns = new ArrayList<DueTable.Found>();
        while (inTurns.size() < own.size()) {
            var before = inTurns.stream().map(DueTable.Found::incarnation).toList();
            var few = due.findOwn(NOW, shards, before::contains, 100);
            assertThat(few).isNotEmpty();
            inTurns.addAll(few);
        }
        assertThat(inTurns).isEqualTo(own);
        return own.stream().map(DueTable.Found::incarnation).toList();
    }

    private static List<Long> except(long first, long last) {
        return LongStream.rangeClosed(1, INSTANCES)
                .filter(each -> each < first || each > last)
                .boxed()
                .toList();
    }

    private static CatalogEntry entry(int number) {
        return new CatalogEntry(
                InstanceKey.parse("user:" + number),
                SHARD,
                Instant.EPOCH,
                new Bookmark(number, 1),
                CatalogEntry.Content.NONE);
    }
}

package dev.atoll.node.catalog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.atoll.node.sqlite.PlainDatabase;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the catalogue's file says is what was written, or it is known to be damaged. */
class CatalogTest {
    private static final int FLIPS = 600;
    private static final int ROWS = 9_000;

    @TempDir private Path folder;

    /** Whatever a bit is flipped in. */
    @Test
    void aFlippedBitIsNoticedOrChangesNothing() throws IOException {
        var file = folder.resolve("catalog.sqlite");
        fill(file);
        var expected = read(file);
        var whole = Files.readAllBytes(file);
        long seed = 20261121;
        var random = new Random(seed);
        int noticed = 0;
        for (int i = 0; i < FLIPS; i++) {
            var damaged = whole.clone();
            int at = random.nextInt(whole.length);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            var copy = folder.resolve("copy-" + i);
            Files.write(copy, damaged);
            try {
                var found = read(copy);
                // Else it is made anew from the instances' files.
                if (found.complete()) {
                    assertThat(found)
                            .as("seed %s, round %s, offset %s", seed, i, at)
                            .isEqualTo(expected);
                }
            } catch (Failure e) {
                noticed++;
            }
        }
        assertThat(noticed).isPositive();
    }

    @Test
    void aKeyThatBecameAnotherIsNoticed() throws IOException {
        var file = folder.resolve("catalog.sqlite");
        fill(file);
        var bytes = Files.readAllBytes(file);
        var text = new String(bytes, ISO_8859_1);
        // Everywhere: then the index still fits the table.
        Files.write(file, text.replace("user:bob", "user:bof").getBytes(ISO_8859_1));
        var failure = catchThrowableOfType(Failure.class, () -> read(file));
        assertThat(failure).isNotNull();
        assertThat(failure.reason()).isEqualTo(Reason.CORRUPTION);
    }

    /** They are looked at some thousand at a time. */
    @Test
    void everyRowIsLookedAt() {
        var file = folder.resolve("catalog.sqlite");
        try (var catalog = Catalog.open(file)) {
            catalog.batch(() -> IntStream.range(0, ROWS).forEach(i -> catalog.put(entry(i))));
            catalog.complete();
        }
        for (int row : List.of(0, 1, 4095, 4096, 4097, 8191, 8192, 8193, ROWS - 1)) {
            change(file, row, "+");
            var failure = catchThrowableOfType(Failure.class, () -> Catalog.open(file));
            assertThat(failure).as("row %s", row).isNotNull();
            assertThat(failure.reason()).isEqualTo(Reason.CORRUPTION);
            change(file, row, "-");
        }
        Catalog.open(file).close();
    }

    private static void change(Path file, int row, String how) {
        try (var database = PlainDatabase.openView(file)) {
            database.run(
                    "UPDATE instance SET bytes = bytes "
                            + how
                            + " 1 WHERE key = (SELECT key FROM instance ORDER BY key LIMIT 1 OFFSET "
                            + row
                            + ")");
        }
    }

    private static CatalogEntry entry(int number) {
        return new CatalogEntry(
                InstanceKey.parse("user:" + number),
                7,
                Instant.EPOCH,
                new Bookmark(number + 1, 1),
                content());
    }

    @Test
    void theRowsOfTheVersionBeforeAreCarriedOver() {
        var file = folder.resolve("catalog.sqlite");
        try (var old = PlainDatabase.openView(file)) {
            old.run(
                    "CREATE TABLE instance(key BLOB PRIMARY KEY, shard INTEGER NOT NULL,"
                            + " incarnation INTEGER NOT NULL UNIQUE, created_at INTEGER NOT NULL,"
                            + " creating INTEGER NOT NULL, commit_number INTEGER NOT NULL,"
                            + " last_commit_at INTEGER, bytes INTEGER NOT NULL) WITHOUT ROWID");
            old.run(
                    "CREATE TABLE high_water(one INTEGER PRIMARY KEY CHECK (one = 1),"
                            + " incarnation INTEGER NOT NULL)");
            old.run("CREATE TABLE unreadable(shard INTEGER NOT NULL, file TEXT PRIMARY KEY)");
            old.run(
                    "CREATE TABLE applied(one INTEGER PRIMARY KEY CHECK (one = 1), position"
                            + " INTEGER NOT NULL)");
            old.run(
                    "CREATE TABLE seen_durable(one INTEGER PRIMARY KEY CHECK (one = 1), position"
                            + " INTEGER NOT NULL)");
            old.run("CREATE TABLE set_aside(incarnation INTEGER PRIMARY KEY, why TEXT NOT NULL)");
            for (var entry : List.of(entry("user:alice", 11, 3), entry("user:bob", 12, 5))) {
                old.run(
                        "INSERT INTO instance VALUES (?, 7, ?, 1000000, 0, ?, 2000000, 8192)",
                        SqlValue.of(ByteString.copyFrom(entry.key().bytes())),
                        SqlValue.of(entry.incarnation()),
                        SqlValue.of(entry.newest().commit()));
            }
            // It had those rows before they had checksums, too.
            old.run(
                    "CREATE TABLE due(incarnation INTEGER PRIMARY KEY, namespace TEXT NOT NULL,"
                            + " own_at INTEGER, watched_at INTEGER, failures INTEGER NOT NULL)");
            old.run("CREATE INDEX due_own ON due(own_at, incarnation) WHERE own_at IS NOT NULL");
            old.run("INSERT INTO due VALUES (11, 'user', 4000000, 9000000, 0)");
            old.run("INSERT INTO due VALUES (12, 'user', 6000000, NULL, 0)");
            old.run("INSERT INTO high_water VALUES (1, 15)");
            old.run("INSERT INTO unreadable VALUES (3, '/a/b.sqlite')");
            old.run("INSERT INTO applied VALUES (1, 100)");
            old.run("INSERT INTO seen_durable VALUES (1, 110)");
            old.run("INSERT INTO set_aside VALUES (12, 'page 5: checksum')");
            old.run("PRAGMA user_version = 1");
        }
        try (var catalog = Catalog.open(file)) {
            assertThat(catalog.schemas().failures("user", 33, 10)).isEmpty();
            catalog.schemas().failed(11, failed());
        }
        var carried = read(file);
        fill(folder.resolve("anew.sqlite"));
        assertThat(carried).isEqualTo(read(folder.resolve("anew.sqlite"))).isEqualTo(read(file));
        assertThat(carried.complete()).isTrue();
        assertThat(carried.entries()).hasSize(2);
    }

    @Test
    void whatIsDueIsPutOffLongerEachTimeUntilItIsNotedAnew() {
        try (var catalog = Catalog.open(folder.resolve("catalog.sqlite"))) {
            var due = catalog.due();
            due.put(11, new Due("user", 1_000_000, 0));
            due.postpone(11, 10_000_000);
            assertThat(due.nextOwn(0)).isEqualTo(11_000_000);
            due.postpone(11, 20_000_000);
            assertThat(due.nextOwn(0)).isEqualTo(22_000_000);
            for (int i = 0; i < 70; i++) {
                due.postpone(11, 0);
            }
            assertThat(due.nextOwn(0)).isEqualTo(300_000_000);
            due.putEarlier(11, new Due("user", 7_000_000, 0));
            assertThat(due.nextOwn(0)).isEqualTo(7_000_000);
            due.put(11, new Due("user", 0, 0));
            assertThat(due.nextOwn(0)).isEqualTo(Long.MAX_VALUE);
        }
    }

    @Test
    void anOlderIncarnationNeverTakesThePlaceOfANewerOne() {
        try (var catalog = Catalog.open(folder.resolve("catalog.sqlite"))) {
            catalog.put(entry("user:bob", 12, 5));
            catalog.put(entry("user:bob", 11, 9));
            assertThat(catalog.find(InstanceKey.parse("user:bob")))
                    .contains(entry("user:bob", 12, 5));
            catalog.put(entry("user:bob", 13, 1));
            assertThat(catalog.find(InstanceKey.parse("user:bob")))
                    .contains(entry("user:bob", 13, 1));
        }
    }

    /** All that it says. */
    private record Said(
            boolean complete,
            List<CatalogEntry> entries,
            long highest,
            long applied,
            long seenDurable,
            String unreadable,
            String setAside,
            List<SchemaCatalog.Failed> failed,
            List<DueTable.Found> due) {}

    private static void fill(Path file) {
        try (var catalog = Catalog.open(file)) {
            catalog.put(entry("user:alice", 11, 3));
            catalog.put(entry("user:bob", 12, 4));
            catalog.update(12, 5, content());
            catalog.given(15);
            catalog.putUnreadable(3, Path.of("/a/b.sqlite"));
            catalog.putAside(12, Failure.of(Reason.INSTANCE_QUARANTINED, "page 5: checksum"));
            catalog.schemas().failed(11, failed());
            catalog.due().putEarlier(11, new Due("user", 5_000_000, 0));
            catalog.due().putEarlier(11, new Due("user", 4_000_000, 9_000_000));
            catalog.due().put(12, new Due("user", 6_000_000, 0));
            catalog.appliedUpTo(100);
            catalog.sawDurable(110);
            catalog.complete();
        }
    }

    private static Said read(Path file) {
        try (var catalog = Catalog.open(file)) {
            var shards = new BitSet();
            shards.set(0, 256);
            return new Said(
                    catalog.isComplete(),
                    catalog.list(new Catalog.Range("", "", Optional.empty()), shards, 100),
                    catalog.highestIncarnation(),
                    catalog.applied(),
                    catalog.seenDurable(),
                    catalog.unreadable().toString(),
                    catalog.setAside().keySet().toString(),
                    catalog.schemas().failures("user", 33, 10),
                    due(catalog, shards));
        }
    }

    private static SchemaCatalog.Failed failed() {
        return new SchemaCatalog.Failed(InstanceKey.parse("user:alice"), 33, 2, "too long");
    }

    private static List<DueTable.Found> due(Catalog catalog, BitSet shards) {
        var found =
                new ArrayList<>(
                        catalog.due().findOwn(Long.MAX_VALUE, shards, incarnation -> false, 10));
        found.addAll(
                catalog.due()
                        .findWatched("user", Long.MAX_VALUE, shards, incarnation -> false, 10));
        return found;
    }

    private static CatalogEntry entry(String key, long incarnation, long commit) {
        return new CatalogEntry(
                InstanceKey.parse(key),
                7,
                Instant.ofEpochSecond(1),
                new Bookmark(incarnation, commit),
                content());
    }

    private static CatalogEntry.Content content() {
        return new CatalogEntry.Content(
                8192, Optional.of(Instant.ofEpochSecond(2)), CatalogEntry.Schema.NONE);
    }
}

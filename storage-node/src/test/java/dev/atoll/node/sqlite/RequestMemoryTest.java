package dev.atoll.node.sqlite;

import static dev.atoll.node.sqlite.TestDatabase.ALICE;
import static dev.atoll.node.sqlite.TestDatabase.budget;
import static dev.atoll.node.sqlite.TestDatabase.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.atoll.node.disk.SystemDisk;
import dev.atoll.node.journal.JournalRecord;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that commits carry: as durable as the commit, wherever they are kept by then. */
class RequestMemoryTest {
    private static final Instant NOW = TestDatabase.START;
    private static final String PRINCIPAL = "service:a";

    /** Commits carry as many before one writes them all into the table. */
    private static final int CARRIED_MAX = 64;

    private static final int HALF_BYTES = 16 << 10;

    private static final int MANY = 3_000;

    private static final int PROPERTY_ROUNDS = Integer.getInteger("atoll.rounds", 12);

    @TempDir private Path folder;
    private Path file = Path.of("");
    private InstanceDatabase database;
    private final List<JournalRecord.Commit> journal = new ArrayList<>();
    private final Map<UUID, String> remembered = new LinkedHashMap<>();
    private long made;

    @BeforeEach
    void create() {
        file = folder.resolve("alice.sqlite");
        database = InstanceDatabase.create(file, ALICE, SqliteLimits.DEFAULT, () -> NOW);
        execute("CREATE TABLE t (v)");
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void execute(String sql) {
        database.write(
                budget(),
                TestDatabase.sink(journal::add),
                transaction -> transaction.execute(SqlCall.of(sql)));
    }

    private UUID newId() {
        made++;
        // Not in the order of time, and some of one millisecond.
        long millis = NOW.toEpochMilli() - made * 7919 % 40;
        return new UUID((millis << 16) | 0x7000, (1L << 63) | ((made * 0x9E3779B97F4A7C15L) >>> 2));
    }

    /** A request that inserts a row, and gets that reply. */
    private void request(UUID id, String reply, CommitSink sink) {
        database.write(
                budget(),
                sink,
                transaction -> {
                    assertThat(transaction.findRequest(PRINCIPAL, id)).isEmpty();
                    transaction.execute(SqlCall.of("INSERT INTO t VALUES (1)"));
                    transaction.remember(PRINCIPAL, id, remembered(reply));
                    return true;
                });
    }

    private void request(String reply) {
        var id = newId();
        request(id, reply, TestDatabase.sink(journal::add));
        remembered.put(id, reply);
    }

    private static Remembered remembered(String reply) {
        return new Remembered(ByteString.copyFrom(new byte[32]), ByteString.copyFromUtf8(reply));
    }

    private void allAreRemembered(String when) {
        remembered.forEach(
                (id, reply) ->
                        assertThat(find(id)).as("%s: %s", when, id).contains(remembered(reply)));
    }

    private Optional<Remembered> find(UUID id) {
        return database.write(
                budget(), TestDatabase.SINK, transaction -> transaction.findRequest(PRINCIPAL, id));
    }

    private long inTable() throws SQLException {
        return database.engine().requests().count();
    }

    private void sleepAndWake() {
        database.fold();
        database.close();
        // Folded: the journal forgets them.
        journal.clear();
        open();
    }

    private void open() {
        database =
                InstanceDatabase.open(
                        FoldedFile.read(file), ALICE, SqliteLimits.DEFAULT, () -> NOW);
    }

    /** Closes it as it is, and redoes what was not folded. */
    private void crash() throws IOException {
        database.close();
        Redo.redo(
                SystemDisk.INSTANCE,
                file,
                new ClosedDatabase.Found(ALICE.incarnation(), 0, journal));
        journal.clear();
        open();
    }

    @Test
    void areInNoPageUntilThereAreMany() throws SQLException {
        for (int i = 0; i < CARRIED_MAX; i++) {
            request("reply " + i);
        }
        assertThat(inTable()).isZero();
        allAreRemembered("carried");
        request("one more");
        assertThat(inTable()).isEqualTo(CARRIED_MAX + 1);
        allAreRemembered("settled");
    }

    @Test
    void surviveSleep() {
        for (int i = 0; i < 3; i++) {
            request("reply " + i);
        }
        sleepAndWake();
        allAreRemembered("once");
        sleepAndWake();
        allAreRemembered("twice");
    }

    @Test
    void surviveACrash() throws IOException {
        request("first");
        sleepAndWake();
        request("second");
        crash();
        allAreRemembered("one folded, one redone");
        request("third");
        crash();
        allAreRemembered("again");
    }

    @Test
    void areInThePagesWhereNothingElseChanges() throws SQLException {
        var id = newId();
        database.write(
                budget(),
                TestDatabase.sink(journal::add),
                transaction -> {
                    transaction.execute(SqlCall.of("DELETE FROM t WHERE v = 'nothing'"));
                    transaction.remember(PRINCIPAL, id, remembered("no rows"));
                    return true;
                });
        remembered.put(id, "no rows");
        assertThat(inTable()).isEqualTo(1);
        assertThat(database.commit()).isEqualTo(2);
        allAreRemembered("without a change");
    }

    /** SQLite counts such rows, and writes no page. */
    @Test
    void areRememberedWhereRowsBecomeWhatTheyWere() throws SQLException {
        execute("INSERT INTO t VALUES ('same')");
        request("carried before");
        long before = database.commit();
        for (int i = 0; i < 3; i++) {
            same("one row");
        }
        assertThat(database.commit()).isEqualTo(before + 3);
        assertThat(inTable()).isEqualTo(4);
        allAreRemembered("rows are the same");
        sleepAndWake();
        allAreRemembered("asleep");
    }

    private void same(String reply) {
        var id = newId();
        database.write(
                budget(),
                TestDatabase.sink(journal::add),
                transaction -> {
                    assertThat(transaction.findRequest(PRINCIPAL, id)).isEmpty();
                    transaction.execute(SqlCall.of("UPDATE t SET v = v WHERE rowid = 1"));
                    transaction.remember(PRINCIPAL, id, remembered(reply));
                    return true;
                });
        remembered.put(id, reply);
    }

    @Test
    void largeRepliesAreInThePages() throws SQLException {
        request("x".repeat(1_024));
        assertThat(inTable()).isEqualTo(1);
        allAreRemembered("large");
    }

    @Test
    void areForgottenWithACommitThatTheJournalRefuses() {
        request("before");
        var id = newId();
        var refusing =
                TestDatabase.sink(
                        commit -> {
                            throw Failure.of(Reason.NODE_FULL, "no room");
                        });
        for (int i = 0; i < CARRIED_MAX + 2; i++) {
            failure(Reason.NODE_FULL, () -> request(id, "refused", refusing));
            request("after " + i);
        }
        request(id, "accepted", TestDatabase.sink(journal::add));
        remembered.put(id, "accepted");
        allAreRemembered("after the undo");
    }

    @Test
    void aFlippedBitInTheSidecarIsFound() throws IOException {
        request("reply");
        database.fold();
        database.close();
        var sidecar = folder.resolve("alice.sqlite.requests");
        var bytes = Files.readAllBytes(sidecar);
        int half = bytes.length > HALF_BYTES ? HALF_BYTES : 0;
        bytes[half + 20] ^= 4;
        Files.write(sidecar, bytes);
        assertThat(failure(Reason.INSTANCE_QUARANTINED, this::open).message())
                .contains("alice.sqlite")
                .contains(".requests file: offset " + half);
    }

    @Test
    void aLostSidecarIsFound() throws IOException {
        request("reply");
        database.fold();
        database.close();
        Files.delete(folder.resolve("alice.sqlite.requests"));
        failure(Reason.INSTANCE_QUARANTINED, this::open);
    }

    /** More than have their keys in memory, and new ones that are older than those before. */
    @Test
    void areFoundWhateverTimesTheyAreOf() {
        long seed = 20261122;
        var random = new Random(seed);
        var ids = new ArrayList<UUID>();
        for (int i = 0; i < MANY; i++) {
            int age = random.nextInt(4) == 0 ? random.nextInt(2_000) : 0;
            long millis = NOW.toEpochMilli() + i / 30 - age;
            var id = new UUID((millis << 16) | 0x7000, (1L << 63) | (random.nextLong() >>> 2));
            // Looks for it first, and finds nothing.
            request(id, "reply " + i, TestDatabase.SINK);
            ids.add(id);
            int which = random.nextBoolean() ? i : random.nextInt(ids.size());
            assertThat(find(ids.get(which)))
                    .as("seed %s, request %s of %s", seed, which, i)
                    .contains(remembered("reply " + which));
        }
    }

    @Test
    void areRememberedWhateverHappens() throws IOException {
        for (int round = 0; round < PROPERTY_ROUNDS; round++) {
            long seed = Long.getLong("atoll.seed", System.nanoTime());
            System.out.println("RequestMemoryTest: -Datoll.seed=" + seed);
            anyOrder(new Random(seed), "seed " + seed);
        }
    }

    private void anyOrder(Random random, String when) throws IOException {
        for (int step = 0; step < 300; step++) {
            switch (random.nextInt(40)) {
                case 0 -> sleepAndWake();
                case 1 -> crash();
                case 2 -> request("x".repeat(900 + random.nextInt(500)));
                case 3 -> execute("INSERT INTO t VALUES (2)");
                case 4 -> database.fold();
                case 7 -> same("same " + step);
                case 5 -> database.compact(budget(), TestDatabase.sink(journal::add));
                case 6 ->
                        failure(
                                Reason.NODE_FULL,
                                () ->
                                        request(
                                                newId(),
                                                "refused",
                                                TestDatabase.sink(
                                                        commit -> {
                                                            throw Failure.of(
                                                                    Reason.NODE_FULL, "no room");
                                                        })));
                default -> request("reply " + step);
            }
        }
        allAreRemembered(when);
        sleepAndWake();
        allAreRemembered(when);
    }
}

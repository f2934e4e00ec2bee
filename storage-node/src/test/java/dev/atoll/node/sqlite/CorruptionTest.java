package dev.atoll.node.sqlite;

import static dev.atoll.node.sqlite.TestDatabase.ALICE;
import static dev.atoll.node.sqlite.TestDatabase.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.atoll.node.journal.JournalRecord;
import dev.atoll.node.sqlite.InstanceDatabase.Identity;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file that is not what was written stops its instance, and says which file it is. */
class CorruptionTest {
    private static final int PAGE = 4096;
    private static final int ROWS = 400;

    @TempDir private Path folder;
    private Path file;

    @BeforeEach
    void write() {
        try (var database = TestDatabase.in(folder)) {
            file = database.file;
            database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a)");
            database.execute(
                    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c WHERE x < 400)"
                            + " INSERT INTO t SELECT x, randomblob(3000) FROM c");
        }
    }

    private InstanceDatabase open(Identity identity) {
        return InstanceDatabase.open(
                FoldedFile.read(file), identity, SqliteLimits.DEFAULT, () -> TestDatabase.START);
    }

    private Failure quarantined() {
        var failure = failure(Reason.INSTANCE_QUARANTINED, () -> open(ALICE).close());
        assertThat(failure.message()).startsWith(file + ": ");
        assertThat(failure.details()).containsEntry("file", file.toString());
        return failure;
    }

    /** As a disk that forgets: the file's time stays what it was. */
    private void overwrite(long offset, byte... bytes) throws IOException {
        var modified = Files.getLastModifiedTime(file);
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            assertThat(channel.write(ByteBuffer.wrap(bytes), offset)).isEqualTo(bytes.length);
        }
        Files.setLastModifiedTime(file, modified);
    }

    private void truncate(long bytes) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
        }
    }

    private long count(InstanceDatabase database) {
        return database.read(
                TestDatabase.budget(),
                transaction ->
                        transaction
                                                .query(
                                                        SqlCall.of(
                                                                "SELECT sum(length(a)) / 3000 FROM t"))
                                                .rows()
                                                .getFirst()
                                                .getFirst()
                                        instanceof SqlValue.Integer64(long count)
                                ? count
                                : -1L);
    }

    @Test
    void opensWhatIsWhole() {
        try (var database = open(ALICE)) {
            assertThat(count(database)).isEqualTo(ROWS);
            assertThat(database.identity()).isEqualTo(ALICE);
        }
    }

    @Test
    void noticesABitFlippedInAValueOfASmallFileWhenItIsOpened() throws IOException {
        try (var database = TestDatabase.in(Files.createDirectory(folder.resolve("small")))) {
            file = database.file;
            database.execute("CREATE TABLE t (a)");
            database.execute("INSERT INTO t VALUES (zeroblob(20000))");
        }
        overwrite(4 * PAGE + 1000L, (byte) 16);
        assertThat(quarantined().message()).endsWith("offset " + 4 * PAGE + ": page 5: checksum");
    }

    @Test
    void noticesThatTheFileIsMissing() throws IOException {
        ClosedDatabase.delete(file);
        assertThat(quarantined().message()).endsWith("missing");
        assertThat(Files.exists(file)).isFalse();
    }

    @Test
    void noticesAFolderInItsPlace() throws IOException {
        ClosedDatabase.delete(file);
        Files.createDirectory(file);
        assertThat(quarantined().message()).endsWith("missing");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 99, 100, 511, 4095, 4096, 8192, 100_000, 409_600})
    void noticesATruncatedFile(long bytes) throws IOException {
        truncate(bytes);
        assertThat(quarantined().message()).contains(bytes + " bytes");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 15, 16, 17, 18, 19, 28, 29, 30, 31})
    void noticesADamagedHeader(int offset) throws IOException {
        overwrite(offset, (byte) 0xA5);
        assertThat(quarantined().message()).containsPattern("offset (0|16|18|28)");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 21, 44, 56, 100, 103})
    void noticesADamagedFirstPage(int offset) throws IOException {
        var garbage = new byte[64];
        new Random(7).nextBytes(garbage);
        overwrite(offset, garbage);
        quarantined();
    }

    @Test
    void noticesRandomGarbage() throws IOException {
        var garbage = new byte[3 * PAGE];
        new Random(8).nextBytes(garbage);
        Files.write(file, garbage);
        assertThat(quarantined().message())
                .endsWith("offset 0: not the header of an SQLite database");
    }

    @Test
    void noticesAnotherDatabase() throws IOException {
        ClosedDatabase.delete(file);
        PlainDatabase.open(file).close();
        try (var plain = PlainDatabase.open(file)) {
            plain.run("CREATE TABLE t (a)");
        }
        assertThat(quarantined().message()).endsWith("its .sums file: missing");
    }

    @Test
    void saysWhichWayTheSidecarIsLost() throws IOException {
        var sums = file.resolveSibling(file.getFileName() + ".sums");
        byte[] bytes = Files.readAllBytes(sums);
        // Both slots.
        bytes[16] ^= 1;
        bytes[2048 + 16] ^= 1;
        Files.write(sums, bytes);
        assertThat(quarantined().message())
                .endsWith("its .sums file: offsets 0 and 2048: checksum, of both slots");
        Files.write(sums, new byte[0]);
        assertThat(quarantined().message()).endsWith("its .sums file: empty");
    }

    @Test
    void noticesAnotherInstance() {
        var bob = new Identity(ALICE.incarnation(), InstanceKey.parse("user:bob"));
        var key = failure(Reason.INSTANCE_QUARANTINED, () -> open(bob).close());
        assertThat(key.message()).endsWith("instance 'user:alice' (expected: 'user:bob')");
        var later = new Identity(ALICE.incarnation() + 1, ALICE.key());
        var incarnation = failure(Reason.INSTANCE_QUARANTINED, () -> open(later).close());
        assertThat(incarnation.message()).endsWith("incarnation 1000001 (expected: 1000002)");
    }

    @Test
    void makesNoFileWhereThereIsOne() {
        failure(
                Reason.INSTANCE_EXISTS,
                () ->
                        InstanceDatabase.create(
                                        file, ALICE, SqliteLimits.DEFAULT, () -> TestDatabase.START)
                                .close());
        try (var database = open(ALICE)) {
            assertThat(count(database)).isEqualTo(ROWS);
        }
    }

    @Test
    void stopsAtADamagedPage() throws IOException {
        var garbage = new byte[PAGE];
        new Random(9).nextBytes(garbage);
        for (long page = 20; page < 60; page++) {
            overwrite(page * PAGE, garbage);
        }
        var database = open(ALICE);
        try {
            var failure = failure(Reason.INSTANCE_QUARANTINED, () -> count(database));
            assertThat(failure.message()).contains(file.toString()).contains("malformed");
            assertThat(database.broken()).contains(failure);
            // From now on it says the same, also to what would not touch that page.
            failure(
                    Reason.INSTANCE_QUARANTINED,
                    () ->
                            database.write(
                                    TestDatabase.budget(), TestDatabase.SINK, transaction -> 0));
        } finally {
            database.close();
        }
    }

    @Test
    void noticesThatTheFileShrinksWhileItIsOpen() throws IOException {
        var database = open(ALICE);
        try {
            truncate(10 * PAGE);
            failure(Reason.INSTANCE_QUARANTINED, () -> count(database));
        } finally {
            database.close();
        }
    }

    /** Never a wrong kind of error, a crash or a hang, whatever is in the file. */
    @Test
    void survivesRandomDamage() throws IOException {
        var whole = file.resolveSibling("whole");
        Files.copy(file, whole);
        long seed = 20261121;
        var random = new Random(seed);
        for (int i = 0; i < 150; i++) {
            Files.copy(
                    whole,
                    file,
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.COPY_ATTRIBUTES);
            var garbage = new byte[1 + random.nextInt(300)];
            random.nextBytes(garbage);
            // Mostly where it hurts: the header, the schema, the inner pages.
            long offset = random.nextInt(random.nextBoolean() ? 400 : 30 * PAGE);
            overwrite(offset, garbage);
            try (var database = open(ALICE)) {
                count(database);
                database.write(
                        TestDatabase.budget(),
                        TestDatabase.SINK,
                        t -> t.execute(SqlCall.of("DELETE FROM t WHERE id % 2")));
            } catch (Failure e) {
                assertThat(e.reason())
                        .as("seed %s, round %s, offset %s: %s", seed, i, offset, e.message())
                        .isIn(Reason.INSTANCE_QUARANTINED, Reason.SQL_ERROR);
            }
            ClosedDatabase.delete(file);
        }
    }

    @Test
    void aCrashKeepsWhatIsFoldedAndWhatTheJournalHolds() throws IOException {
        // As after a crash: the files as they are while the database is open.
        var crashed = folder.resolve("crashed");
        Files.createDirectory(crashed);
        var journal = new ArrayList<JournalRecord.Commit>();
        try (var database = open(ALICE)) {
            for (long id = 401; id <= 403; id++) {
                var insert =
                        SqlCall.of("INSERT INTO t VALUES (?, zeroblob(3000))", SqlValue.of(id));
                database.write(
                        TestDatabase.budget(),
                        TestDatabase.sink(journal::add),
                        t -> t.execute(insert));
            }
            for (var name :
                    new String[] {"alice.sqlite", "alice.sqlite.sums", "alice.sqlite-wal"}) {
                Files.copy(folder.resolve(name), crashed.resolve(name));
            }
        }
        file = crashed.resolve("alice.sqlite");
        journal.removeLast();

        var redone =
                ClosedDatabase.redo(
                        file, new ClosedDatabase.Found(ALICE.incarnation(), 0, journal), false);

        assertThat(redone.commit()).isEqualTo(journal.getLast().commit());
        try (var database = open(ALICE)) {
            assertThat(count(database)).isEqualTo(ROWS + 2);
            assertThat(database.commit()).isEqualTo(redone.commit());
        }
    }

    @Test
    void whatIsInNoJournalIsGoneAfterACrashWhole() throws IOException {
        var crashed = folder.resolve("crashed");
        Files.createDirectory(crashed);
        long folded;
        try (var database = open(ALICE)) {
            folded = database.commit();
            database.write(
                    TestDatabase.budget(),
                    TestDatabase.SINK,
                    t -> t.execute(SqlCall.of("INSERT INTO t VALUES (401, zeroblob(3000))")));
            for (var name :
                    new String[] {"alice.sqlite", "alice.sqlite.sums", "alice.sqlite-wal"}) {
                Files.copy(folder.resolve(name), crashed.resolve(name));
            }
        }
        file = crashed.resolve("alice.sqlite");

        try (var database = open(ALICE)) {
            assertThat(count(database)).isEqualTo(ROWS);
            assertThat(database.commit()).isEqualTo(folded);
        }
    }

    @Test
    void deletesEverythingOfAnInstance() throws IOException {
        assertThat(file.resolveSibling("alice.sqlite-wal")).exists();
        ClosedDatabase.delete(file);
        ClosedDatabase.delete(file);
        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void keepsTwoFilesOpenAndOneClosed() throws IOException {
        try (var database = open(ALICE)) {
            assertThat(count(database)).isEqualTo(ROWS);
            try (var files = Files.list(folder)) {
                assertThat(files.map(path -> path.getFileName().toString()))
                        .containsExactlyInAnyOrder(
                                "alice.sqlite", "alice.sqlite-wal", "alice.sqlite.sums");
            }
        }
        try (var files = Files.list(folder)) {
            assertThat(files)
                    .containsExactlyInAnyOrder(
                            file, PageSums.file(file), folder.resolve("alice.sqlite-wal"));
        }
        assertThat(folder.resolve("alice.sqlite-wal")).isEmptyFile();
    }

    @Test
    void keepsItsEmptyWalWhileItIsClosedAndUsesItAgain() throws IOException {
        var wal = folder.resolve("alice.sqlite-wal");
        try (var database = open(ALICE)) {
            assertThat(count(database)).isEqualTo(ROWS);
        }
        var inode = Files.getAttribute(wal, "unix:ino");
        for (long id = ROWS + 1; id <= ROWS + 3; id++) {
            var insert = SqlCall.of("INSERT INTO t VALUES (?, zeroblob(3000))", SqlValue.of(id));
            try (var database = open(ALICE)) {
                database.write(TestDatabase.budget(), TestDatabase.SINK, t -> t.execute(insert));
                database.fold();
                assertThat(wal).isNotEmptyFile();
            }
            assertThat(wal).isEmptyFile();
        }
        try (var database = open(ALICE)) {
            assertThat(count(database)).isEqualTo(ROWS + 3);
        }
        assertThat(Files.getAttribute(wal, "unix:ino")).isEqualTo(inode);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(file, PageSums.file(file), wal);
        }
    }

    @Test
    void opensInAFolderWithOddCharacters() throws IOException {
        var odd = folder.resolve("a?b=c #%41 é");
        Files.createDirectory(odd);
        try (var database = TestDatabase.in(odd)) {
            database.execute("CREATE TABLE t (a)");
            database.execute("INSERT INTO t VALUES (?)", SqlValue.of(ByteString.EMPTY));
            database.reopen();
            assertThat(Files.size(odd.resolve("alice.sqlite"))).isPositive();
        }
    }
}

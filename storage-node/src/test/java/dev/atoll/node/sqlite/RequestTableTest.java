package dev.atoll.node.sqlite;

import static dev.atoll.node.sqlite.TestDatabase.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestTableTest {
    private static final Remembered REPLY =
            new Remembered(ByteString.copyFromUtf8("digest"), ByteString.copyFromUtf8("reply"));

    private TestDatabase database;

    @BeforeEach
    void open(@TempDir Path folder) {
        database = TestDatabase.in(folder);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static UUID id(Instant time, long random) {
        return new UUID(
                time.toEpochMilli() << 16 | 0x7000 | (random >>> 52), 1L << 63 | random >>> 2);
    }

    private Optional<Remembered> find(String principal, UUID id) {
        return database.write(transaction -> transaction.findRequest(principal, id));
    }

    private void remember(String principal, UUID id, Remembered remembered) {
        database.write(
                transaction -> {
                    assertThat(transaction.findRequest(principal, id)).isEmpty();
                    transaction.remember(principal, id, remembered);
                    return 0;
                });
    }

    @Test
    void remembersByPrincipalAndId() {
        var id = id(database.now(), 1);
        remember("service:a", id, REPLY);
        assertThat(find("service:a", id)).contains(REPLY);
        assertThat(find("service:b", id)).isEmpty();
        assertThat(find("service:a", id(database.now(), 1L << 40))).isEmpty();
        database.reopen();
        assertThat(find("service:a", id)).contains(REPLY);
    }

    @Test
    void countsAsACommit() {
        remember("service:a", id(database.now(), 1), REPLY);
        assertThat(database.database().commit()).isEqualTo(1);
    }

    @Test
    void forgetsWithTheTransaction() {
        var id = id(database.now(), 1);
        failure(
                Reason.SQL_ERROR,
                () ->
                        database.write(
                                transaction -> {
                                    transaction.remember("service:a", id, REPLY);
                                    return transaction.execute(SqlCall.of("SELECT x"));
                                }));
        assertThat(find("service:a", id)).isEmpty();
    }

    @Test
    void refusesWhatIsNotAUuid7OfNow() {
        failure(Reason.VALIDATION_FAILED, () -> find("a", new UUID(0x4000, 1L << 63)));
        failure(Reason.VALIDATION_FAILED, () -> find("a", new UUID(0x7000, 0)));
        var future = id(database.now().plus(Duration.ofMinutes(16)), 1);
        failure(Reason.VALIDATION_FAILED, () -> find("a", future));
        var old = id(database.now().minus(Duration.ofMinutes(15)).minusMillis(1), 1);
        failure(Reason.REQUEST_ID_EXPIRED, () -> find("a", old));
        assertThat(find("a", id(database.now().minus(Duration.ofMinutes(15)), 1))).isEmpty();
    }

    @Test
    void expiresARememberedRequest() {
        var id = id(database.now(), 1);
        remember("a", id, REPLY);
        database.pass(Duration.ofMinutes(15));
        assertThat(find("a", id)).contains(REPLY);
        database.pass(Duration.ofMillis(1));
        failure(Reason.REQUEST_ID_EXPIRED, () -> find("a", id));
    }

    @Test
    void keepsNoMoreThanTheWindow() throws SQLException {
        for (int i = 0; i < 1_000; i++) {
            database.pass(Duration.ofSeconds(9));
            remember("a", id(database.now(), i * 0x9E3779B97F4A7C15L), REPLY);
        }
        // A hundred fit into the window; the rest goes with those that come.
        assertThat(rowsKept()).isBetween(100L, 165L);
    }

    /** As many as somebody who makes up ids can bring into one millisecond. */
    @Test
    void remembersMoreOfAMillisecondThanItHasRowsFor() {
        var table = new RequestTable(database.database().engine().connection());
        int count = (1 << 16) + 3;
        var now = database.now();
        database.write(
                transaction -> {
                    var level = RequestTable.Level.EMPTY;
                    try {
                        for (int i = 0; i < count; i++) {
                            level = table.add(List.of(entry(now, i)), now, level);
                        }
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                    return 0;
                });
        for (int i : List.of(0, count - 4, count - 3, count - 2, count - 1)) {
            assertThat(find("a", entry(now, i).request().id())).contains(REPLY);
        }
        assertThat(find("a", entry(now, count).request().id())).isEmpty();
    }

    private static RequestEntry entry(Instant now, int number) {
        return new RequestEntry(
                new RequestTable.Request(
                        "a", new UUID(now.toEpochMilli() << 16 | 0x7000, 1L << 63 | number)),
                REPLY);
    }

    private long rowsKept() throws SQLException {
        return database.database().engine().requests().count();
    }

    @Test
    void refusesRatherThanForgetsWhenFull() throws SQLException {
        var large = new Remembered(ByteString.EMPTY, ByteString.copyFrom(new byte[1 << 20]));
        var first = id(database.now(), 1);
        remember("a", first, large);
        for (int i = 0; i < 70; i++) {
            database.pass(Duration.ofMillis(10));
            remember("a", id(database.now(), i), large);
        }
        failure(Reason.REQUEST_ID_EXPIRED, () -> find("a", first));
        assertThat(rowsKept()).isLessThan(70);
        database.reopen();
        failure(Reason.REQUEST_ID_EXPIRED, () -> find("a", first));
        database.pass(Duration.ofMillis(10));
        var fresh = id(database.now(), 99);
        remember("a", fresh, REPLY);
        assertThat(find("a", fresh)).contains(REPLY);
    }

    @Test
    void limitsTheReply() {
        var tooLarge =
                new Remembered(ByteString.EMPTY, ByteString.copyFrom(new byte[(1 << 20) + 1]));
        failure(Reason.LIMIT_EXCEEDED, () -> remember("a", id(database.now(), 1), tooLarge));
    }

    @Test
    void remembersRequestsWhoseKeysMeet() {
        // One millisecond has 32768 keys: among 2000 requests of it, some must meet.
        for (int i = 0; i < 2_000; i++) {
            remember("a", id(database.now(), i * 0x9E3779B97F4A7C15L), REPLY);
        }
        for (int i = 0; i < 2_000; i++) {
            assertThat(find("a", id(database.now(), i * 0x9E3779B97F4A7C15L))).contains(REPLY);
        }
    }

    @Test
    void anyNumberOfRequestsMayHaveTheSameKey() {
        for (int i = 0; i < 300; i++) {
            remember("a", sameKey(i), REPLY);
        }
        database.reopen();
        for (int i = 0; i < 300; i++) {
            assertThat(find("a", sameKey(i))).contains(REPLY);
        }
        assertThat(find("a", sameKey(300))).isEmpty();
    }

    /** The halves of the id's second half differ in the same way, which its hash does not see. */
    private UUID sameKey(int number) {
        var id = id(database.now(), 0);
        return new UUID(
                id.getMostSignificantBits(),
                id.getLeastSignificantBits() ^ ((long) number << 32 | number));
    }

    @Test
    void findsRequestsOfAllTimesThatWereSettledTogether() {
        var seed = System.nanoTime();
        System.out.println("RequestTableTest: seed " + seed);
        var random = new Random(seed);
        var ids = new ArrayList<UUID>();
        for (int i = 0; i < 1_000; i++) {
            var age = Duration.ofMillis(random.nextInt(random.nextBoolean() ? 3_000 : 840_000));
            var id = id(database.now().minus(age), random.nextLong());
            remember("a", id, new Remembered(REPLY.digest(), ByteString.copyFromUtf8("" + i)));
            ids.add(id);
        }
        database.reopen();
        for (int i = 0; i < ids.size(); i++) {
            assertThat(find("a", ids.get(i)).orElseThrow().reply().toStringUtf8())
                    .as("seed %d", seed)
                    .isEqualTo("" + i);
            assertThat(find("b", ids.get(i))).isEmpty();
        }
    }
}

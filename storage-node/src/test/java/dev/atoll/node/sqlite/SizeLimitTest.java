package dev.atoll.node.sqlite;

import static dev.atoll.node.sqlite.TestDatabase.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SizeLimitTest {
    private static final long MIB = 1 << 20;
    private static final SqlValue KIBS = SqlValue.of(ByteString.copyFrom(new byte[50_000]));

    private TestDatabase database;

    @BeforeEach
    void open(@TempDir Path folder) {
        database = TestDatabase.in(folder, new SqliteLimits(1 << 20, 2 << 20, 16 << 20, 4 * MIB));
        database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a)");
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void limit(long bytes) {
        SizeLimit.set(database.database(), OptionalLong.of(bytes));
    }

    private Failure fill() {
        return failure(
                Reason.INSTANCE_FULL,
                () -> {
                    for (int i = 0; i < 1_000; i++) {
                        database.execute("INSERT INTO t (a) VALUES (?)", KIBS);
                    }
                });
    }

    @Test
    void theLowerLimitCountsAndIsNamed() {
        limit(MIB);
        assertThat(fill().details())
                .containsEntry("limit", "size")
                .containsEntry("value", Long.toString(MIB))
                .doesNotContainKey("asked");
        assertThat(database.database().sizeBytes()).isBetween(MIB - 60_000, MIB);

        limit(2 * MIB);
        assertThat(fill().details()).containsEntry("value", Long.toString(2 * MIB));
        assertThat(database.database().sizeBytes()).isBetween(2 * MIB - 60_000, 2 * MIB);

        limit(8 * MIB);
        assertThat(fill().details())
                .containsEntry("limit", "instance-bytes-max")
                .containsEntry("value", Long.toString(4 * MIB));

        SizeLimit.set(database.database(), OptionalLong.empty());
        assertThat(fill().details()).containsEntry("limit", "instance-bytes-max");
    }

    @Test
    void whatIsLargerThanItIsDeclaredKeepsWhatItHasAndDoesNotGrow() {
        for (int i = 0; i < 60; i++) {
            database.execute("INSERT INTO t (a) VALUES (?)", KIBS);
        }
        long size = database.database().sizeBytes();
        limit(MIB);

        failure(Reason.INSTANCE_FULL, () -> database.execute("INSERT INTO t (a) VALUES (?)", KIBS));
        assertThat(database.rows("SELECT count(*) FROM t")).containsExactly(List.of(60L));
        assertThat(database.execute("UPDATE t SET a = a WHERE id = 1").changes()).isEqualTo(1);
        assertThat(database.execute("DELETE FROM t WHERE id <= 2").changes()).isEqualTo(2);
        // It may use what is free in its file.
        assertThat(database.execute("INSERT INTO t (a) VALUES (?)", KIBS).changes()).isEqualTo(1);
        assertThat(database.database().sizeBytes()).isEqualTo(size);

        assertThat(database.execute("DELETE FROM t WHERE id > 3").changes()).isEqualTo(58);
        database.database().compact(TestDatabase.budget(), TestDatabase.SINK);
        assertThat(database.database().sizeBytes()).isLessThan(MIB);
        assertThat(fill().details()).containsEntry("limit", "size");
    }

    @Test
    void aCommitThatIsUndoneDoesNotUndoTheLimit() {
        limit(MIB);
        failure(
                Reason.OVERLOADED,
                () ->
                        database.database()
                                .write(
                                        TestDatabase.budget(),
                                        TestDatabase.sink(
                                                _ -> {
                                                    throw Failure.of(Reason.OVERLOADED, "waits");
                                                }),
                                        tx ->
                                                tx.execute(
                                                        SqlCall.of(
                                                                "INSERT INTO t (a) VALUES (1)"))));
        assertThat(fill().details()).containsEntry("limit", "size");
        assertThat(database.database().sizeBytes()).isLessThanOrEqualTo(MIB);
    }

    @Test
    void deletesAreAllowedWhereAnIndexNeedsMoreForThem() {
        database.execute("CREATE VIRTUAL TABLE words USING fts5(text)");
        limit(MIB);
        // Its index notes the deletion of each word, in more bytes than the words have.
        var words =
                SqlValue.of(
                        IntStream.range(0, 20_000)
                                .mapToObj(i -> Integer.toString(36 * 36 + i, 36))
                                .collect(Collectors.joining(" ")));
        failure(
                Reason.INSTANCE_FULL,
                () -> {
                    for (int i = 0; i < 100; i++) {
                        database.execute("INSERT INTO words VALUES (?)", words);
                    }
                });
        assertThat(database.database().sizeBytes()).isLessThanOrEqualTo(MIB);
        // So that nothing is free that could be used for it.
        var small = SqlValue.of("x".repeat(500));
        failure(
                Reason.INSTANCE_FULL,
                () -> {
                    for (int i = 0; i < 10_000; i++) {
                        database.execute("INSERT INTO t (a) VALUES (?)", small);
                    }
                });
        long rows = (long) database.rows("SELECT count(*) FROM words").getFirst().getFirst();
        assertThat(rows).isPositive();
        for (int i = 1; i <= rows; i++) {
            assertThat(
                            database.execute("DELETE FROM words WHERE rowid = ?", SqlValue.of(i))
                                    .changes())
                    .isEqualTo(1);
        }
        assertThat(database.rows("SELECT count(*) FROM words")).containsExactly(List.of(0L));
        assertThat(database.execute("INSERT INTO t (a) VALUES (?)", small).changes()).isEqualTo(1);
    }

    @Test
    void rememberedRequestsDoNotCount() {
        limit(MIB);
        var reply = new Remembered(ByteString.copyFromUtf8("digest"), bytes(100_000));
        for (int i = 0; i < 20; i++) {
            var id = new UUID(database.now().toEpochMilli() << 16 | 0x7000 | i, 1L << 63 | i);
            database.write(
                    tx -> {
                        var result = tx.execute(SqlCall.of("INSERT INTO t (a) VALUES (1)"));
                        tx.remember("service:a", id, reply);
                        return result;
                    });
        }
        assertThat(database.database().sizeBytes()).isGreaterThan(MIB + MIB / 2);

        // The file has no more room for them than for the rows.
        for (int i = 0; i < 15; i++) {
            database.execute("INSERT INTO t (a) VALUES (?)", KIBS);
        }
        var _ = fill();
        database.reopen();
        limit(MIB);
        var _ = fill();
        long bytes = (long) database.rows("SELECT sum(length(a)) FROM t").getFirst().getFirst();
        assertThat(bytes).isBetween(MIB / 2, MIB);
    }

    private static ByteString bytes(int count) {
        return ByteString.copyFrom(new byte[count]);
    }
}

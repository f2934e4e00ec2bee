package dev.atoll.node;

import static dev.atoll.node.TestNode.copy;
import static dev.atoll.node.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Rows whose moment has passed are deleted, by a clock that the test sets. */
class ExpiredRowsTest extends ClockedTest {
    private static final String KEY = "user:alice";
    private static final String OTHER = "user:bob";
    private static final String COUNT = "SELECT count(*) FROM codes";
    private static final String FILE =
            """
            databases:
              user:
                dynamic: true
                tables:
                  codes:
                    fields:
                      code: { type: text, unique: true }
                      until: { type: datetime }
                    ttl: until
                  uses:
                    fields:
                      code: { type: text, references: codes.code, on-delete: cascade }
                  holds:
                    fields:
                      code: { type: text, references: codes.code, on-delete: restrict }
                      until: { type: datetime }
                    ttl: until
            """;

    @Test
    void goAtTheirMomentWithWhatHangsOnThem() throws IOException {
        try (var node = start(data)) {
            node.apply(FILE);
            add(node, "early", MINUTE);
            add(node, "late", MINUTE.multipliedBy(2));
            node.mutate(
                    KEY,
                    "INSERT INTO codes(id, createdAt, updatedAt, code) VALUES ('k', 0, 0, 'kept')",
                    "INSERT INTO uses(id, createdAt, updatedAt, code) VALUES ('u', 0, 0, 'early')");
            clock.pass(MINUTE);
            eventually(() -> node.integer(KEY, COUNT) == 2);
            assertThat(node.integer(KEY, "SELECT count(*) FROM uses")).isZero();
            clock.pass(MINUTE);
            eventually(() -> node.integer(KEY, COUNT) == 1);
            assertThat(node.registry().get("atoll.node.rows.expired").counter().count())
                    .isEqualTo(2);
        }
    }

    @Test
    void goInInstancesThatSleepAlsoAfterARestartAndWithoutTheCatalogue() throws IOException {
        var crashed = copies.resolve("crashed");
        var rebuilt = copies.resolve("rebuilt");
        try (var node = start(data)) {
            node.apply(FILE);
            add(node, "one", MINUTE);
            // Nothing of it is left in memory.
            node.mutate(OTHER, "INSERT INTO codes(id, createdAt, updatedAt) VALUES ('k', 0, 0)");
            copy(data, crashed);
            copy(data, rebuilt);
            clock.pass(MINUTE);
            eventually(() -> node.registry().get("atoll.node.rows.expired").counter().count() == 1);
            assertThat(node.integer(KEY, COUNT)).isZero();
        }
        Files.delete(rebuilt.resolve("catalog.sqlite"));
        for (var folder : List.of(crashed, rebuilt)) {
            try (var node = start(folder)) {
                eventually(
                        () ->
                                node.registry().get("atoll.node.rows.expired").counter().count()
                                        == 1);
                assertThat(node.integer(KEY, COUNT)).isZero();
            }
        }
    }

    @Test
    void manyGoInMoreThanOneTransaction() throws IOException {
        try (var node = start(data)) {
            node.apply(FILE);
            long until = micros(clock.instant().plus(MINUTE));
            node.mutate(
                    KEY,
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
                            + " INSERT INTO codes(id, createdAt, updatedAt, code, until) SELECT i, 0,"
                            + " 0, i, "
                            + until
                            + " FROM n");
            clock.pass(MINUTE);
            eventually(() -> node.integer(KEY, COUNT) == 0);
        }
    }

    @Test
    void staysWhereOthersHoldOnToThemAndGoAfterThem() throws IOException {
        try (var node = start(data)) {
            node.apply(FILE);
            add(node, "held", MINUTE);
            add(node, "free", MINUTE);
            long until = micros(clock.instant().plus(MINUTE.multipliedBy(3)));
            node.mutate(
                    KEY,
                    "INSERT INTO holds(id, createdAt, updatedAt, code, until) VALUES ('h', 0, 0,"
                            + " 'held', "
                            + until
                            + ")");
            clock.pass(MINUTE);
            eventually(() -> node.integer(KEY, COUNT) == 1);
            assertThat(node.integer(KEY, "SELECT count(*) FROM codes WHERE code = 'held'"))
                    .isEqualTo(1);
            clock.pass(MINUTE.multipliedBy(2));
            eventually(() -> node.integer(KEY, COUNT) == 0);
            assertThat(node.integer(KEY, "SELECT count(*) FROM holds")).isZero();
        }
    }

    /** A visit ends with what is due next; more may have become due since it looked. */
    @Test
    void whatBecomesDueWhileAVisitEndsIsNotLate() throws IOException {
        var later = Duration.ofSeconds(20);
        var late = new LateClock(later);
        try (var node = TestNode.start(data, ONE_OPEN, late)) {
            node.apply(FILE);
            add(node, "first", MINUTE);
            add(node, "second", MINUTE.plusSeconds(10));
            var expired = node.registry().get("atoll.node.rows.expired").counter();
            late.visitsAfter(() -> expired.count() == 1);
            clock.pass(MINUTE);
            eventually(() -> late.looks.get() > 0);
            late.pass();
            eventually(() -> node.integer(KEY, COUNT) == 0);
        }
    }

    /** Time passes once, between a visit's last look at what is due and the next one. */
    private final class LateClock implements InstantSource {
        private final Duration by;
        private final AtomicInteger looks = new AtomicInteger();
        private final AtomicBoolean passed = new AtomicBoolean();
        private volatile BooleanSupplier counts = () -> false;

        LateClock(Duration by) {
            this.by = by;
        }

        void visitsAfter(BooleanSupplier when) {
            counts = when;
        }

        void pass() {
            if (passed.compareAndSet(false, true)) {
                clock.pass(by);
            }
        }

        @Override
        public Instant instant() {
            // Visits alone run on such threads.
            if (Thread.currentThread().isVirtual()
                    && counts.getAsBoolean()
                    && looks.incrementAndGet() == 2) {
                pass();
            }
            return clock.instant();
        }
    }

    @Test
    void goOnceATtlIsDeclaredInInstancesThatAreCalledThen() throws IOException {
        try (var node = start(data)) {
            node.apply(FILE.replaceAll("(?m)^ +ttl: until\n", ""));
            add(node, "one", MINUTE);
            clock.pass(MINUTE);
            node.apply(FILE);
            // The first call may find it still there.
            eventually(() -> node.integer(KEY, COUNT) == 0);
        }
    }

    @Test
    void goInAnInstanceThatWasBehindItsSchemaForAWhile() throws IOException {
        try (var node = start(data)) {
            node.apply(FILE);
            add(node, "one", MINUTE);
            node.apply(
                    FILE
                            + """
                                migrations:
                                  - name: twice
                                    sql:
                                      - INSERT INTO codes SELECT * FROM codes
                            """);
            // It is called, cannot be brought along, and has its time noted anew.
            node.mutate(KEY, "INSERT INTO uses(id, createdAt, updatedAt) VALUES ('u', 0, 0)");
            clock.pass(MINUTE.multipliedBy(5));
            node.mutate(OTHER, "INSERT INTO uses(id, createdAt, updatedAt) VALUES ('u', 0, 0)");
            node.apply(FILE);
            clock.pass(MINUTE.multipliedBy(10));
            eventually(() -> node.registry().get("atoll.node.rows.expired").counter().count() == 1);
            assertThat(node.integer(KEY, COUNT)).isZero();
        }
    }

    private void add(TestNode node, String code, Duration in) {
        long until = micros(clock.instant().plus(in));
        node.mutate(
                KEY,
                "INSERT INTO codes(id, createdAt, updatedAt, code, until) VALUES ('"
                        + code
                        + "', 0, 0, '"
                        + code
                        + "', "
                        + until
                        + ")");
    }

    private static long micros(Instant instant) {
        return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
    }
}

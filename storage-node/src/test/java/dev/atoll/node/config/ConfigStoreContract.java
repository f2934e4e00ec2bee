package dev.atoll.node.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.config.ConfigStore.Outcome;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** What every store of versions does. */
abstract class ConfigStoreContract {
    /** A store of what was stored before by this test. */
    abstract ConfigStore open() throws IOException;

    static ConfigVersion version(long number, String text) {
        return new ConfigVersion(
                number,
                Instant.parse("2026-01-31T12:00:00.123Z"),
                "admin (test)",
                ConfigVersion.Digest.of(text));
    }

    static Outcome store(ConfigStore store, long number, String text) throws IOException {
        return store.store(version(number, text), text, store.find());
    }

    @Test
    void holdsNothingAtFirst() throws IOException {
        try (var store = open()) {
            assertThat(store.find().version()).isEmpty();
            assertThat(store.versions()).isEmpty();
            assertThat(store.findText(1)).isEmpty();
        }
    }

    @Test
    void keepsWhatWasStoredForWhoeverOpensIt() throws IOException {
        try (var store = open()) {
            assertThat(store(store, 1, "databases: {}\n")).isEqualTo(new Outcome.Stored());
            assertThat(store(store, 2, "# zweite – größer\r\n")).isEqualTo(new Outcome.Stored());
        }
        try (var store = open()) {
            assertThat(store.find().version())
                    .isEqualTo(Optional.of(version(2, "# zweite – größer\r\n")));
            assertThat(store.findText(2)).contains("# zweite – größer\r\n");
            assertThat(store.findText(1)).contains("databases: {}\n");
            assertThat(store.findText(3)).isEmpty();
            assertThat(store.versions())
                    .containsExactly(
                            version(2, "# zweite – größer\r\n"), version(1, "databases: {}\n"));
        }
    }

    @Test
    void keepsTextsOfAnySize() throws IOException {
        var empty = "";
        var large = "a: größer\n".repeat(300_000);
        try (var store = open()) {
            var _ = store(store, 1, empty);
            var _ = store(store, 2, large);

            assertThat(store.findText(1)).contains(empty);
            assertThat(store.findText(2).orElseThrow().equals(large)).isTrue();
            assertThat(store.find().version()).contains(version(2, large));
        }
    }

    @Test
    void storesNothingWhereAnotherVersionBecameCurrentMeanwhile() throws IOException {
        try (var store = open();
                var other = open()) {
            var nothing = store.find();
            var _ = store(other, 1, "theirs");

            assertThat(store.store(version(1, "ours"), "ours", nothing))
                    .isEqualTo(new Outcome.Overtaken(1));
            assertThat(store.findText(1)).contains("theirs");

            var first = store.find();
            var _ = store(other, 2, "theirs again");
            assertThat(store.store(version(2, "ours"), "ours", first))
                    .isEqualTo(new Outcome.Overtaken(2));
            assertThat(store.find().version()).contains(version(2, "theirs again"));
            assertThat(store.versions()).hasSize(2);
        }
    }

    @Test
    void keepsWhetherTheMigrationIsPausedForWhoeverOpensIt() throws IOException {
        try (var store = open()) {
            assertThat(store.isMigrationPaused()).isFalse();
            store.pauseMigration(false);
            assertThat(store.isMigrationPaused()).isFalse();
            store.pauseMigration(true);
            store.pauseMigration(true);
        }
        try (var store = open()) {
            assertThat(store.isMigrationPaused()).isTrue();
            var _ = store(store, 1, "databases: {}");
            assertThat(store.isMigrationPaused()).isTrue();
            store.pauseMigration(false);
        }
        try (var store = open()) {
            assertThat(store.isMigrationPaused()).isFalse();
        }
    }

    @Test
    void ofManyAtOnceOneWins() throws Exception {
        try (var store = open();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var before = store.find();
            List<Callable<Outcome>> attempts =
                    java.util.stream.IntStream.range(0, 8)
                            .mapToObj(
                                    i ->
                                            (Callable<Outcome>)
                                                    () ->
                                                            store.store(
                                                                    version(1, "text " + i),
                                                                    "text " + i,
                                                                    before))
                            .toList();
            int stored = 0;
            for (var attempt : threads.invokeAll(attempts)) {
                if (attempt.get() instanceof Outcome.Stored) {
                    stored++;
                }
            }

            assertThat(stored).isEqualTo(1);
            assertThat(store.versions()).hasSize(1);
            assertThat(store.findText(1).map(ConfigVersion.Digest::of))
                    .isEqualTo(store.find().version().map(ConfigVersion::digest));
        }
    }

    @Test
    void forgetsTheOldestOfManyLargeOnes() throws IOException {
        try (var store = open()) {
            var large = "x".repeat(12 << 20);
            for (int i = 1; i <= 12; i++) {
                var _ = store(store, i, large + i);
            }

            // Eleven are more than 128 MiB.
            assertThat(store.versions()).hasSize(10);
            assertThat(store.findText(2)).isEmpty();
            assertThat(store.findText(3).orElseThrow()).endsWith("x3");
        }
    }
}

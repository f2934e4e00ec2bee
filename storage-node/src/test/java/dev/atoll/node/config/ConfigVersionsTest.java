package dev.atoll.node.config;

import static dev.atoll.node.config.ConfigStoreContract.store;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigVersionsTest {
    private static final String ONE =
            """
            databases:
              user: { dynamic: true }
            """;
    private static final String TWO =
            """
            databases:
              user: { dynamic: false }
              catalog: {}
            """;

    @TempDir Path folder;

    private final MemoryConfigStore store = new MemoryConfigStore();
    private final ConfigCheck check = new NamespaceNamesCheck();
    private ActiveConfig active;
    private ConfigVersions versions;

    @BeforeEach
    void start() throws IOException {
        active = new ActiveConfig(store, new FolderConfigStore(folder), check);
        active.start();
        versions = new ConfigVersions(store, active, check, InstantSource.system());
    }

    @AfterEach
    void stop() {
        active.close();
    }

    @Test
    void appliesOneVersionAfterTheOther() {
        assertThat(apply(ONE))
                .satisfies(
                        applied -> {
                            assertThat(applied.version()).isEqualTo(1);
                            assertThat(applied.comparedWith()).isZero();
                            assertThat(applied.changes().all())
                                    .containsExactly("namespace user: new");
                        });
        assertThat(apply(TWO))
                .satisfies(
                        applied -> {
                            assertThat(applied.version()).isEqualTo(2);
                            assertThat(applied.comparedWith()).isEqualTo(1);
                            assertThat(applied.changes().all())
                                    .containsExactly(
                                            "namespace user: changed", "namespace catalog: new");
                        });

        assertThat(active.current().orElseThrow().text()).isEqualTo(TWO);
        assertThat(versions.show(0)).isEqualTo(new ConfigVersions.Shown(2, TWO));
        assertThat(versions.show(1)).isEqualTo(new ConfigVersions.Shown(1, ONE));
        assertThat(versions.list()).extracting(ConfigVersion::number).containsExactly(2L, 1L);
        assertThat(versions.list().getFirst().appliedBy()).isEqualTo("admin");
    }

    @Test
    void anOldVersionCanBeAppliedAgain() {
        var _ = apply(ONE);
        var _ = apply(TWO);

        var again =
                versions.apply(
                        application(versions.show(1).text(), true, false, OptionalLong.of(2)));

        assertThat(again.version()).isEqualTo(3);
        assertThat(again.changes().destructive())
                .containsExactly("namespace catalog: not declared any more");
    }

    @Test
    void theSameTextAgainChangesNothing() {
        var _ = apply(ONE);

        // A repeated call whose first reply was lost.
        var again = versions.apply(application(ONE, false, false, OptionalLong.of(0)));

        assertThat(again.version()).isEqualTo(1);
        assertThat(again.changes().all()).isEmpty();
        assertThat(versions.list()).hasSize(1);
    }

    @Test
    void aDryRunStoresNothing() {
        var dry = versions.apply(application(ONE, false, true, OptionalLong.empty()));

        assertThat(dry.version()).isZero();
        assertThat(dry.changes().all()).containsExactly("namespace user: new");
        assertThat(versions.list()).isEmpty();
        assertThat(versions.show(0)).isEqualTo(new ConfigVersions.Shown(0, ""));
    }

    @Test
    void whatLosesDataIsRefusedUnlessItIsAllowed() {
        var _ = apply(TWO);

        var refused = failure(() -> apply(ONE));
        assertThat(refused.reason()).isEqualTo(Reason.EXPECTATION_FAILED);
        assertThat(refused.message()).contains("namespace catalog: not declared any more");
        assertThat(refused.details()).containsEntry("destructive", "1");
        assertThat(versions.apply(application(ONE, false, true, OptionalLong.empty())).changes())
                .extracting(ConfigChanges::destructive)
                .asString()
                .contains("catalog");
        assertThat(versions.list()).hasSize(1);

        assertThat(versions.apply(application(ONE, true, false, OptionalLong.empty())).version())
                .isEqualTo(2);
    }

    @Test
    void whoExpectsAnotherVersionIsTold() {
        var _ = apply(ONE);

        var refused =
                failure(() -> versions.apply(application(TWO, false, false, OptionalLong.of(0))));

        assertThat(refused.reason()).isEqualTo(Reason.EXPECTATION_FAILED);
        assertThat(refused.details())
                .containsEntry("current_version", "1")
                .containsEntry("expected_version", "0");
    }

    @Test
    void aWrongFileIsRefusedWithLineAndColumnAndTheOldOneStays() {
        var _ = apply(ONE);

        var refused = failure(() -> apply("databases:\n  user: {}\n  Bad: {}\nfields: 1\n"));

        assertThat(refused.reason()).isEqualTo(Reason.CONFIG_INVALID);
        assertThat(refused.message()).contains("\n4:1: there is no key 'fields'");
        assertThat(refused.details()).containsEntry("line", "4").containsEntry("column", "1");
        assertThat(active.current().orElseThrow().text()).isEqualTo(ONE);
    }

    @Test
    void manyProblemsFitIntoTheHeadersOfAReply() {
        var bad =
                IntStream.range(0, 10_000)
                        .mapToObj(i -> "  Größe" + "ü".repeat(i % 400) + i + ": {}\n")
                        .collect(Collectors.joining());

        var refused = failure(() -> apply("databases:\n" + bad));

        assertThat(refused.message()).startsWith("configuration: 10000 problems").contains(" more");
        var encoded = refused.message().getBytes(StandardCharsets.UTF_8).length * 3;
        var details =
                FailureStatus.trailers(refused)
                        .get(
                                io.grpc.Metadata.Key.of(
                                        "grpc-status-details-bin",
                                        io.grpc.Metadata.BINARY_BYTE_MARSHALLER));
        assertThat(encoded + (details == null ? 0 : details.length * 4 / 3)).isLessThan(8_000);
    }

    @Test
    void aFileThatIsTooLargeIsRefused() {
        assertThat(failure(() -> apply("#".repeat((12 << 20) + 1))).reason())
                .isEqualTo(Reason.LIMIT_EXCEEDED);
    }

    @Test
    void aVersionThatIsNotThereIsSaidSo() {
        assertThat(failure(() -> versions.show(7)).reason()).isEqualTo(Reason.VALIDATION_FAILED);
        assertThat(failure(() -> versions.show(-1)).reason()).isEqualTo(Reason.VALIDATION_FAILED);
    }

    @Test
    void whileTheStoreIsAwayNothingIsDone() {
        store.away(true);

        assertThat(failure(() -> apply(ONE)).reason()).isEqualTo(Reason.NODE_UNAVAILABLE);
        assertThat(failure(() -> versions.show(0)).reason()).isEqualTo(Reason.NODE_UNAVAILABLE);
        assertThat(failure(() -> versions.list()).reason()).isEqualTo(Reason.NODE_UNAVAILABLE);
    }

    @Test
    void afterTheStoreLostItsDataNumbersGoOn() {
        var _ = apply(ONE);
        var _ = apply(TWO);
        store.lose();

        var applied = apply(TWO);

        assertThat(applied.version()).isEqualTo(3);
        assertThat(applied.comparedWith()).isEqualTo(2);
        assertThat(active.isConfirmed()).isTrue();
    }

    @Test
    void whoLosesARaceIsTold() throws IOException {
        var overtaken =
                new ConfigVersions(
                        store,
                        active,
                        (text, before) -> {
                            try {
                                var _ = store(store, 1, TWO);
                            } catch (IOException e) {
                                throw new AssertionError(e);
                            }
                            return check.check(text, before);
                        },
                        InstantSource.system());

        var refused =
                failure(
                        () ->
                                overtaken.apply(
                                        application(ONE, false, false, OptionalLong.empty())));

        assertThat(refused.reason()).isEqualTo(Reason.EXPECTATION_FAILED);
        assertThat(refused.details()).containsEntry("current_version", "1");
        assertThat(versions.show(0).text()).isEqualTo(TWO);
    }

    private ConfigVersions.Applied apply(String text) {
        return versions.apply(application(text, false, false, OptionalLong.empty()));
    }

    private static ConfigVersions.Application application(
            String text, boolean allowDestructive, boolean dryRun, OptionalLong expected) {
        return new ConfigVersions.Application(
                text,
                "admin",
                new ConfigVersions.Application.Mode(allowDestructive, dryRun, expected));
    }

    private static Failure failure(ThrowingCallable call) {
        return assertThatExceptionOfType(Failure.class).isThrownBy(call).actual();
    }
}

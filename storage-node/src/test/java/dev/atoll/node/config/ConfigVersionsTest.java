package dev.atoll.node.config;

import static dev.atoll.node.config.ConfigStoreContract.store;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.atoll.node.blocks.Block;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
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
              user: { dynamic: true, anonymous: true }
              catalog: {}
            """;

    /** With the fields of its table. */
    private static final String TABLE =
            """
            databases:
              ws:
                dynamic: true
                tables:
                  t: { fields: { %s } }
            """;

    private static final String GONE =
            "catalog: removed: its instances cannot be called any more; they are kept, and listed";

    @TempDir Path folder;

    private final MemoryConfigStore store = new MemoryConfigStore();
    private ActiveConfig active;
    private ConfigVersions versions;

    @BeforeEach
    void start() throws IOException {
        active = new ActiveConfig(store, new FolderConfigStore(folder));
        active.start();
        versions = new ConfigVersions(store, active, InstantSource.system());
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
                            assertThat(applied.changes().all()).containsExactly("user: added");
                        });
        assertThat(apply(TWO))
                .satisfies(
                        applied -> {
                            assertThat(applied.version()).isEqualTo(2);
                            assertThat(applied.comparedWith()).isEqualTo(1);
                            assertThat(applied.changes().all())
                                    .containsExactly(
                                            "user.anonymous: callers without a token are let in",
                                            "catalog: added");
                        });

        assertThat(declared()).containsExactly("user", "catalog");
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
        assertThat(again.changes().destructive()).containsExactly(GONE);
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
        assertThat(dry.changes().all()).containsExactly("user: added");
        assertThat(versions.list()).isEmpty();
        assertThat(versions.show(0)).isEqualTo(new ConfigVersions.Shown(0, ""));
    }

    @Test
    void whatLosesDataIsRefusedUnlessItIsAllowed() {
        var _ = apply(TWO);

        var refused = failure(() -> apply(ONE));
        assertThat(refused.reason()).isEqualTo(Reason.EXPECTATION_FAILED);
        assertThat(refused.message()).contains(GONE);
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
    void whatInstancesMayFailToTakeIsWarnedOf() {
        var _ = apply(TABLE.formatted("a: { type: text }"));

        var applied = apply(TABLE.formatted("a: { type: text, required: true, unique: true }"));

        assertThat(applied.version()).isEqualTo(2);
        assertThat(applied.changes().destructive()).isEmpty();
        assertThat(applied.changes().warnings())
                .contains("ws.t.a: becomes required: fails where a row has no value")
                .anyMatch(warning -> warning.contains("fails on equal values"));
        assertThat(applied.changes().all()).containsAll(applied.changes().warnings());
    }

    @Test
    void aFieldThatIsRemovedNeedsToBeAllowed() {
        var _ = apply(TABLE.formatted("a: { type: text }, b: { type: text }"));
        var less = TABLE.formatted("a: { type: text }");

        var refused = failure(() -> apply(less));

        assertThat(refused.reason()).isEqualTo(Reason.EXPECTATION_FAILED);
        assertThat(refused.message()).contains("ws.t.b: removed");
        assertThat(declared()).containsExactly("ws");
        assertThat(versions.apply(application(less, true, false, OptionalLong.empty())).version())
                .isEqualTo(2);
    }

    @Test
    void whatCannotBeDoneIsRefusedWhateverIsAllowed() {
        var migrated =
                TABLE.formatted("a: { type: text }")
                        + "    migrations:\n      - { name: first, sql: [UPDATE t SET a = '%s'] }\n";
        var _ = apply(migrated.formatted("x"));

        for (boolean dryRun : new boolean[] {true, false}) {
            var refused =
                    failure(
                            () ->
                                    versions.apply(
                                            application(
                                                    migrated.formatted("y"),
                                                    true,
                                                    dryRun,
                                                    OptionalLong.empty())));
            assertThat(refused.reason()).isEqualTo(Reason.CONFIG_INVALID);
            assertThat(refused.message())
                    .contains("ws.migrations.first: changed: some instances have run it");
            assertThat(refused.details())
                    .containsEntry("impossible", "1")
                    .containsEntry("column", "17");
            assertThat(refused.message())
                    .contains("\n" + refused.details().get("line") + ":17: ws.migrations.first");
            assertThat(migrated.lines().toList())
                    .element(Integer.parseInt(refused.details().get("line")) - 1)
                    .asString()
                    .startsWith("      - { name: first,");
        }
        assertThat(versions.list()).hasSize(1);
    }

    @Test
    void aRuleThatIsWrongIsRefusedWithItsPlaceAndTheOldOneStays() {
        var _ = apply(ONE);

        var refused =
                failure(
                        () ->
                                apply(
                                        """
                                        databases:
                                          user:
                                            dynamic: true
                                            access: { access: instance.id == auth.idd }
                                        """));

        assertThat(refused.reason()).isEqualTo(Reason.CONFIG_INVALID);
        assertThat(refused.message()).contains("\n4:").contains("no field 'idd'");
        assertThat(refused.details()).containsEntry("line", "4");
        assertThat(declared()).containsExactly("user");
        assertThat(versions.list()).hasSize(1);
    }

    @Test
    void theFirstFileWarnsOfWhatItDoesNotDeclare() {
        assertThat(apply(ONE).changes().warnings())
                .singleElement()
                .asString()
                .contains("namespaces that are not declared");
        assertThat(apply(TWO).changes().warnings()).isEmpty();
    }

    @Test
    void aVersionThatThisNodeCannotReadIsReplacedOnlyWhereThatIsAllowed() throws IOException {
        var _ = store(store, 1, "newer: than this software");

        var refused = failure(() -> apply(ONE));

        assertThat(refused.reason()).isEqualTo(Reason.EXPECTATION_FAILED);
        assertThat(refused.message()).contains("version 1: this node cannot read it");
        assertThat(versions.apply(application(ONE, true, false, OptionalLong.empty())).version())
                .isEqualTo(2);
        assertThat(declared()).containsExactly("user");
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

        var refused =
                failure(
                        () ->
                                apply(
                                        "databases:\n  user: {}\n  other: { dynamc: true }\nfields: 1\n"));

        assertThat(refused.reason()).isEqualTo(Reason.CONFIG_INVALID);
        assertThat(refused.message())
                .contains("2 problems")
                .contains("\n3:12: there is no key 'dynamc' (did you mean 'dynamic'?)")
                .contains("\n4:1: there is no key 'fields'");
        assertThat(refused.details())
                .containsEntry("problems", "2")
                .containsEntry("line", "3")
                .containsEntry("column", "12");
        assertThat(declared()).containsExactly("user");
    }

    @Test
    void manyProblemsFitIntoTheHeadersOfAReply() {
        var bad =
                IntStream.range(0, 900)
                        .mapToObj(i -> "  Größe" + "ü".repeat(i % 400) + i + ": {}\n")
                        .collect(Collectors.joining());

        var refused = failure(() -> apply("databases:\n" + bad));

        assertThat(refused.message()).startsWith("configuration: 900 problems").contains(" more");
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
    void whoLosesARaceIsTold() {
        store.beforeStoring(
                () -> {
                    try {
                        var _ = store(store, 1, TWO);
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });

        var refused = failure(() -> apply(ONE));

        assertThat(refused.reason()).isEqualTo(Reason.EXPECTATION_FAILED);
        assertThat(refused.details()).containsEntry("current_version", "1");
        assertThat(versions.show(0).text()).isEqualTo(TWO);
    }

    private List<String> declared() {
        return active.current().orElseThrow().file().blocks().stream().map(Block::name).toList();
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

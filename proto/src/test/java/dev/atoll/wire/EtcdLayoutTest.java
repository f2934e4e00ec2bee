package dev.atoll.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class EtcdLayoutTest {
    private final EtcdLayout layout = new EtcdLayout("test");

    @Test
    void theKeysAreThese() {
        assertThat(
                        List.of(
                                layout.clusterKey(),
                                layout.configKey(),
                                layout.keeperKey(),
                                layout.nodeKey("n1"),
                                layout.shardKey(42),
                                layout.migrationPausedKey(),
                                layout.versionTextKey("0af", 3),
                                layout.versionKey(7)))
                .containsExactly(
                        "/atoll/test/cluster",
                        "/atoll/test/config",
                        "/atoll/test/keeper",
                        "/atoll/test/nodes/n1",
                        "/atoll/test/shards/00042",
                        "/atoll/test/versions-migration-paused",
                        "/atoll/test/versions-texts/0af/00003",
                        "/atoll/test/versions/0000000007");
    }

    @Test
    void routersReadAllButTheVersions() {
        for (var read :
                List.of(
                        layout.clusterKey(),
                        layout.configKey(),
                        layout.keeperKey(),
                        layout.nodeKey("~"),
                        layout.shardKey(99_999))) {
            assertThat(read).isBetween(layout.root(), layout.placementEnd());
        }
        for (var left :
                List.of(
                        layout.versionsPrefix(),
                        layout.versionTextsPrefix(),
                        layout.migrationPausedKey())) {
            assertThat(left).isGreaterThan(layout.placementEnd());
        }
        assertThat(layout.versionTextsPrefix()).doesNotStartWith(layout.versionsPrefix());
        assertThat(layout.migrationPausedKey())
                .doesNotStartWith(layout.versionsPrefix())
                .doesNotStartWith(layout.versionTextsPrefix());
    }

    @Test
    void aClustersNameIsOnePartOfAKey() {
        assertThatIllegalArgumentException().isThrownBy(() -> new EtcdLayout("a/b"));
    }
}

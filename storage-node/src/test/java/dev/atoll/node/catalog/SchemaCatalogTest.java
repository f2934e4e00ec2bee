package dev.atoll.node.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.catalog.CatalogEntry.Content;
import dev.atoll.node.catalog.CatalogEntry.Schema;
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.InstanceKey;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the catalogue knows of schemas. */
class SchemaCatalogTest {
    @TempDir private Path folder;
    private Catalog catalog;

    @BeforeEach
    void open() {
        catalog = Catalog.open(folder.resolve("catalog.sqlite"));
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    private void put(String key, long incarnation, Schema schema) {
        catalog.put(
                new CatalogEntry(
                        InstanceKey.parse(key),
                        1,
                        Instant.EPOCH,
                        new Bookmark(incarnation, 5),
                        new Content(4096, Optional.of(Instant.EPOCH), schema)));
    }

    private Schema schemaOf(String key) {
        return catalog.find(InstanceKey.parse(key)).orElseThrow().content().schema();
    }

    @Test
    void aNoteNeverGoesBackToAnOlderVersion() {
        put("user:a", 7, new Schema(3, 33));
        catalog.schemas().reached(7, new Schema(4, 44));
        assertThat(schemaOf("user:a")).isEqualTo(new Schema(4, 44));
        catalog.schemas().reached(7, new Schema(3, 33));
        assertThat(schemaOf("user:a")).isEqualTo(new Schema(4, 44));
        // Another node's tables of the same file.
        catalog.schemas().reached(7, new Schema(4, 45));
        assertThat(schemaOf("user:a")).isEqualTo(new Schema(4, 45));
    }

    @Test
    void ofWhatWasRedoneTheMarkIsKnownWhereTheVersionIsTheSame() {
        put("user:a", 7, new Schema(3, 33));
        catalog.update(7, 6, new Content(4096, Optional.empty(), new Schema(3, 0)));
        assertThat(schemaOf("user:a")).isEqualTo(new Schema(3, 33));
        catalog.update(7, 7, new Content(4096, Optional.empty(), new Schema(4, 0)));
        assertThat(schemaOf("user:a")).isEqualTo(new Schema(4, 0));
    }

    @Test
    void countsMoreThanItReadsAtOnce() {
        catalog.batch(
                () -> {
                    for (int i = 0; i < 4_500; i++) {
                        put("user:" + i, 100 + i, new Schema(i % 2 + 1, i % 2 + 1));
                    }
                    put("user", 1, new Schema(9, 9));
                    put("userdata:x", 2, new Schema(8, 8));
                });
        var counts = catalog.schemas().count();
        assertThat(sum(counts, "user", 1)).isEqualTo(2_250);
        assertThat(sum(counts, "user", 2)).isEqualTo(2_250);
        assertThat(sum(counts, "user", 9)).isEqualTo(1);
        assertThat(sum(counts, "userdata", 8)).isEqualTo(1);
        assertThat(counts.stream().filter(SchemaCatalog.Count::single)).hasSize(1);
    }

    private static long sum(Iterable<SchemaCatalog.Count> counts, String namespace, long version) {
        long sum = 0;
        for (var count : counts) {
            if (count.namespace().equals(namespace) && count.schema().version() == version) {
                sum += count.instances();
            }
        }
        return sum;
    }

    @Test
    void aFailureIsForgottenWithItsInstanceWithItsSchemaAndOnceItIsReached() {
        for (int i = 1; i <= 4; i++) {
            put("user:" + i, i, new Schema(1, 11));
            catalog.schemas()
                    .failed(
                            i,
                            new SchemaCatalog.Failed(
                                    InstanceKey.parse("user:" + i), i == 4 ? 21 : 22, 1, "why"));
        }
        catalog.remove(1);
        catalog.schemas().reached(2, new Schema(2, 22));
        assertThat(catalog.schemas().failures("user", 22, 10))
                .extracting(failed -> failed.key().toString())
                .containsExactly("user:3");
        assertThat(catalog.schemas().findFailed(3)).hasValue(22);
        catalog.schemas().forgetFailures("user", 21);
        assertThat(catalog.schemas().findFailed(4)).isEmpty();
        assertThat(catalog.schemas().countFailed()).hasSize(1);
    }
}

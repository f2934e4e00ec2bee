package dev.atoll.node.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.disk.FaultyDisk;
import dev.atoll.node.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy that somebody put in the place of a database, and that nobody synced. */
class RestoredCopyTest {
    private static final Path FILE = Path.of("/data/i.sqlite");
    private static final int SEEDS = 100;

    @TempDir private Path folder;
    private final FaultyDisk disk = new FaultyDisk();

    @Test
    void isOnTheDiskOnceItIsAcceptedAsANewCommit() throws Exception {
        var database = CapturedDatabase.create(folder);
        database.commit("CREATE TABLE t(v)");
        database.commit("INSERT INTO t VALUES (randomblob(30000))");
        database.fold();
        copy(database.file, FILE);
        copy(PageSums.file(database.file), PageSums.file(FILE));
        copy(RequestSidecar.file(database.file), RequestSidecar.file(FILE));

        assertThat(ClosedDatabase.renumber(disk, FILE, 9).commit()).isEqualTo(9);

        for (int seed = 0; seed < SEEDS; seed++) {
            var after = disk.kill().crash(seed);
            var when = "seed " + seed;
            assertThat(after.exists(FILE)).as(when).isTrue();
            assertThat(after.peek(FILE)).as(when).isEqualTo(Files.readAllBytes(database.file));
            assertThat(PageSums.open(after, FILE).folded().map(PageSums.Folded::commit))
                    .as(when)
                    .contains(9L);
            assertThat(new Scrub(after, FILE).all()).as(when).isEmpty();
            assertThat(PageSums.open(after, FILE).requests().sidecar())
                    .as(when)
                    .isEqualTo(database.requests());
        }
    }

    private void copy(Path from, Path to) throws IOException {
        try (var file = disk.open(to, OpenMode.CREATE_NEW)) {
            file.write(ByteBuffer.wrap(Files.readAllBytes(from)), 0);
        }
    }
}

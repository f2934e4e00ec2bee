package dev.atoll.node;

import static dev.atoll.node.TestNode.failure;
import static dev.atoll.node.TestNode.mutation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.v1.MutateResponse;
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A file that holds less than it did is not served: what was acknowledged would be taken back, and
 * numbers of commits given again.
 */
class OlderFileTest {
    private static final String KEY = "user:alice";
    private static final int SLOT_B_AT = 2048;

    @TempDir private Path data;
    @TempDir private Path older;
    private final String requestId =
            new UUID(Instant.now().toEpochMilli() << 16 | 0x7000, 0x8000_0000_0000_0001L)
                    .toString();

    @BeforeEach
    void write() throws IOException {
        try (var node = TestNode.start(data)) {
            node.mutate(KEY, "CREATE TABLE acc(n)");
            // So that it is folded.
            assertThat(node.problems(KEY)).isEmpty();
        }
        copyFiles(folder(), older);
        try (var node = TestNode.start(data)) {
            assertThat(commit(insert(node))).isEqualTo(2);
        }
    }

    /** Later, nothing of it is in the journal any more. */
    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void aBitFlippedInTheNewestSlotIsNoWayBack(int starts) throws IOException {
        startAgain(starts);
        flipNewestSlot();
        try (var node = TestNode.start(data)) {
            isRefused(node, "holds commits up to 1 (expected: up to 2");
        }
        // And not for want of a catalogue either.
        Files.delete(data.resolve("catalog.sqlite"));
        try (var node = TestNode.start(data)) {
            assertThat(node.problems(KEY)).isNotEmpty();
            assertThat(failure(() -> insert(node)).reason()).isEqualTo(Reason.INSTANCE_QUARANTINED);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void anOlderCopyIsNotServedByItself(int starts) throws IOException {
        startAgain(starts);
        copyFiles(older, folder());
        try (var node = TestNode.start(data)) {
            assertThat(node.problems(KEY)).singleElement().asString().contains("commits up to 2");
            isRefused(node, "up to 2");
        }
        try (var node = TestNode.start(data)) {
            isRefused(node, "up to 2");
        }
    }

    @Test
    void anOlderCopyThatComesWhileTheNodeRunsIsNotServed() throws IOException {
        startAgain(3);
        var folder = folder();
        try (var node = TestNode.start(data)) {
            copyFiles(older, folder);
            isRefused(node, "holds commits up to 1 (expected: up to 2");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void anOlderCopyIsServedAsANewCommitOnceTheOperatorSaysThatItIsMeant(int starts)
            throws IOException {
        startAgain(starts);
        copyFiles(older, folder());
        var restored = beside(file(), ".restored");
        Files.createFile(restored);
        try (var node = TestNode.start(data)) {
            // Not without a check.
            isRefused(node, "up to 2");
            assertThat(node.problems(KEY)).isEmpty();
            assertThat(restored).doesNotExist();
            assertThat(node.integer(KEY, "SELECT count(*) FROM acc")).isZero();
            // The copy itself was 3.
            assertThat(commit(insert(node))).isEqualTo(4);
        }
        try (var node = TestNode.start(data)) {
            assertThat(node.problems(KEY)).isEmpty();
            assertThat(node.integer(KEY, "SELECT count(*) FROM acc")).isEqualTo(1);
        }
    }

    @Test
    void whatAnOperatorSaidOfAFileThatIsNotOlderDoesNotAcceptOneThatIsLater() throws IOException {
        startAgain(3);
        var restored = beside(file(), ".restored");
        Files.createFile(restored);
        try (var node = TestNode.start(data)) {
            assertThat(node.problems(KEY)).isEmpty();
            assertThat(restored).doesNotExist();
        }
        copyFiles(older, folder());
        try (var node = TestNode.start(data)) {
            assertThat(node.problems(KEY)).isNotEmpty();
            isRefused(node, "up to 2");
        }
    }

    @Test
    void theNewestCopyIsServedAgainWithoutMoreAdo() throws IOException {
        var newest = older.resolve("newest");
        Files.createDirectory(newest);
        copyFiles(folder(), newest);
        copyFiles(older, folder());
        try (var node = TestNode.start(data)) {
            isRefused(node, "up to 2");
        }
        copyFiles(newest, folder());
        try (var node = TestNode.start(data)) {
            assertThat(node.problems(KEY)).isEmpty();
            var again = insert(node);
            assertThat(again.getReplayed()).isTrue();
            assertThat(commit(again)).isEqualTo(2);
        }
    }

    private void isRefused(TestNode node, String why) {
        var refused = failure(() -> insert(node));
        assertThat(refused.reason()).isEqualTo(Reason.INSTANCE_QUARANTINED);
        assertThat(refused.message()).contains(why);
        assertThat(failure(() -> node.query(KEY, "SELECT 1")).reason())
                .isEqualTo(Reason.INSTANCE_QUARANTINED);
    }

    private MutateResponse insert(TestNode node) {
        return node.database(KEY)
                .mutate(
                        mutation(KEY, "INSERT INTO acc VALUES (1)")
                                .setRequestId(requestId)
                                .build());
    }

    private static long commit(MutateResponse response) {
        return Bookmark.parse(response.getBookmark()).commit();
    }

    private void startAgain(int times) throws IOException {
        for (int i = 0; i < times; i++) {
            TestNode.start(data).close();
        }
    }

    private void flipNewestSlot() throws IOException {
        var sums = beside(file(), ".sums");
        var bytes = ByteBuffer.wrap(Files.readAllBytes(sums));
        int slot = bytes.getLong(8) > bytes.getLong(SLOT_B_AT + 8) ? 0 : SLOT_B_AT;
        bytes.put(slot + 30, (byte) (bytes.get(slot + 30) ^ 1));
        Files.write(sums, bytes.array());
    }

    private Path file() throws IOException {
        try (var files = Files.walk(data.resolve("instances"))) {
            return files.filter(file -> file.toString().endsWith(".sqlite"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private Path folder() throws IOException {
        return file().resolveSibling(".").normalize();
    }

    private static Path beside(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    private static void copyFiles(Path from, Path to) throws IOException {
        try (var files = Files.list(from)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(
                        file,
                        to.resolve(file.getFileName()),
                        StandardCopyOption.REPLACE_EXISTING,
                        StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}

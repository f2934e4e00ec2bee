package dev.atoll.node.instance;

import static dev.atoll.node.TestNode.copy;
import static dev.atoll.node.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.atoll.node.catalog.Catalog;
import dev.atoll.node.journal.JournalRecord;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A creation that is cut off at any step either came to nothing or is whole: it depends on the
 * journal alone, whatever a power cut left of files and catalogue, which are never synced for it.
 *
 * <pre>
 * step                                     a kill after it leaves
 * the shard's folder, synced               HELD
 * row "creating" in the catalogue
 * the file: its first page, then its WAL   BEGUN
 * record of the creation                   CREATED
 * record of the first commit               DONE, but for the row
 * row in the catalogue                     DONE
 * </pre>
 */
class CreationCrashTest {
    private static final String KEY = "user:alice";
    private static final String OTHER = "user:bob";
    private static final int PAGE_BYTES = 4096;

    /** Up to where the steps have gone. */
    private enum Step {
        BEFORE,
        HELD,
        BEGUN,
        CREATED,
        DONE
    }

    @TempDir private Path copies;

    @BeforeEach
    void aCreationThatIsWatched(@TempDir Path data) throws IOException {
        try (var instances = TestInstances.open(data, 10)) {
            instances.write(OTHER, "CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
            copy(data, at(Step.BEFORE));
            instances.whileHolding = () -> take(data, Step.HELD);
            instances.journal.watcher =
                    record -> {
                        if (record instanceof JournalRecord.Create) {
                            take(data, Step.BEGUN);
                        } else if (!Files.exists(at(Step.CREATED))) {
                            awaitDurable(instances);
                            take(data, Step.CREATED);
                        }
                    };
            instances.write(KEY, "CREATE TABLE t(a)", "INSERT INTO t VALUES (7)");
            copy(data, at(Step.DONE));
        }
        assertThat(Step.values()).allMatch(step -> Files.exists(at(step)));
    }

    private static void awaitDurable(TestInstances instances) {
        try {
            eventually(() -> instances.journal.durable() == instances.journal.last());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void take(Path data, Step step) {
        try {
            copy(data, at(step));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path at(Step step) {
        return copies.resolve(step.name());
    }

    @Test
    void aKillAfterAnyStepLeavesAllOrNothing() throws IOException {
        for (var step : Step.values()) {
            isAllOrNothing(at(step), step == Step.DONE, "killed: " + step);
        }
    }

    @Test
    void aPowerCutAfterAnyStepLeavesAllOrNothing() throws IOException {
        int cuts = 0;
        for (var journal : List.of(Step.BEGUN, Step.CREATED, Step.DONE)) {
            for (var catalogue : catalogues(journal)) {
                for (var files : files()) {
                    var when = journal + ", catalogue: " + catalogue + ", files: " + files.name;
                    var crashed = copies.resolve("cut-" + cuts++);
                    copy(at(journal).resolve("journal"), crashed.resolve("journal"));
                    Files.copy(at(journal).resolve("node.properties"), propertiesOf(crashed));
                    copy(at(Step.BEFORE).resolve("instances"), crashed.resolve("instances"));
                    files.into(crashed);
                    if (catalogue.isPresent()) {
                        copyCatalogue(at(catalogue.get()), crashed);
                    }
                    isAllOrNothing(crashed, journal == Step.DONE, when);
                }
            }
        }
        assertThat(cuts).isGreaterThan(50);
    }

    private static Path propertiesOf(Path folder) {
        return folder.resolve("node.properties");
    }

    /** Its row is written when the commit is durable; which rows are lost is open. */
    private static List<Optional<Step>> catalogues(Step journal) {
        var lost = Optional.<Step>empty();
        var found = new ArrayList<>(List.of(lost, Optional.of(Step.BEFORE)));
        found.add(Optional.of(Step.BEGUN));
        if (journal == Step.DONE) {
            found.add(Optional.of(Step.DONE));
        }
        return found;
    }

    private static void copyCatalogue(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (var file :
                    files.filter(path -> path.getFileName().toString().startsWith("catalog"))
                            .toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    /** Something that a power cut can leave of the new instance's files. */
    private static final class Left {
        private final String name;
        private final Path file;
        private final List<Part> parts;

        Left(String name, Path file, Part... parts) {
            this.name = name;
            this.file = file;
            this.parts = List.of(parts);
        }

        void into(Path data) throws IOException {
            var database = data.resolve(file.toString());
            if (!name.equals("no folder")) {
                Files.createDirectories(database.resolveSibling("."));
            }
            for (var part : parts) {
                Files.write(
                        database.resolveSibling(database.getFileName() + part.suffix()),
                        part.bytes());
            }
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Part(String suffix, byte[] bytes) {}

    private List<Left> files() throws IOException {
        var begun = newFile(at(Step.BEGUN));
        var name = at(Step.BEGUN).relativize(begun);
        byte[] page = Files.readAllBytes(begun);
        byte[] wal = Files.readAllBytes(wal(begun));
        byte[] longer = Files.readAllBytes(wal(newFile(at(Step.DONE))));
        assertThat(page).hasSize(PAGE_BYTES);
        assertThat(wal.length).isGreaterThan(PAGE_BYTES);
        var torn = Arrays.copyOf(wal, wal.length);
        Arrays.fill(torn, wal.length / 2, wal.length, (byte) 0);
        var none = new byte[0];
        return List.of(
                new Left("no folder", name),
                new Left("none", name),
                new Left("empty", name, new Part("", none)),
                new Left("empty with WAL", name, new Part("", none), new Part("-wal", wal)),
                new Left("zeros", name, new Part("", new byte[PAGE_BYTES])),
                new Left("page", name, new Part("", page)),
                new Left("all", name, new Part("", page), new Part("-wal", wal)),
                new Left("WAL alone", name, new Part("-wal", wal)),
                new Left("torn WAL", name, new Part("", page), new Part("-wal", torn)),
                new Left("longer WAL", name, new Part("", page), new Part("-wal", longer)),
                new Left("moved", name, new Part(".moved", page), new Part(".moved-wal", wal)),
                new Left("moved back", name, new Part(".moved", page), new Part("-wal", wal)));
    }

    private static Path wal(Path file) {
        return file.resolveSibling(file.getFileName() + "-wal");
    }

    private Path newFile(Path data) throws IOException {
        var old = databases(at(Step.BEFORE)).getFirst().getFileName();
        return databases(data).stream()
                .filter(file -> !file.getFileName().equals(old))
                .findFirst()
                .orElseThrow();
    }

    private static List<Path> databases(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data.resolve("instances"))) {
            return files.filter(file -> file.toString().endsWith(".sqlite")).toList();
        }
    }

    private static void isAllOrNothing(Path data, boolean all, String when) throws IOException {
        int value = all ? 7 : 8;
        try (var instances = TestInstances.open(data, 10)) {
            assertThat(listed(instances)).as(when).hasSize(all ? 2 : 1);
            if (!all) {
                assertThat(missing(instances)).as(when).isEqualTo(Reason.INSTANCE_NOT_FOUND);
                instances.write(KEY, "CREATE TABLE t(a)", "INSERT INTO t VALUES (8)");
            }
            isThere(instances, value, when);
        }
        // And nothing of it comes back when the files are all there is.
        Files.delete(data.resolve("catalog.sqlite"));
        try (var instances = TestInstances.open(data, 10)) {
            isThere(instances, value, when + ", and then the catalogue was lost");
        }
    }

    private static void isThere(TestInstances instances, int value, String when) {
        assertThat(listed(instances)).as(when).hasSize(2);
        assertThat(instances.read(KEY, "SELECT sum(a) FROM t")).as(when).isEqualTo(value);
        assertThat(instances.describe(KEY).entry().newest().commit()).as(when).isEqualTo(1);
        assertThat(instances.verify(KEY)).as(when).isEmpty();
        assertThat(instances.read(OTHER, "SELECT sum(a) FROM t")).as(when).isEqualTo(1);
    }

    private static List<InstanceStatus> listed(TestInstances instances) {
        return instances.list(new Catalog.Range("user", "", Optional.empty()));
    }

    private static Reason missing(TestInstances instances) {
        var failure = catchThrowableOfType(Failure.class, () -> instances.read(KEY, "SELECT 1"));
        assertThat(failure).isNotNull();
        return failure.reason();
    }
}

package dev.atoll.node.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What every disk does alike. */
abstract class DiskContract {
    abstract Disk disk();

    abstract Path folder();

    @Test
    void readsBackWhatWasWritten() throws IOException {
        var path = folder().resolve("a");
        try (var file = disk().open(path, OpenMode.CREATE_NEW)) {
            file.write(bytes("hello"), 3);
            file.sync();
            assertThat(file.size()).isEqualTo(8);
        }
        assertThat(disk().size(path)).isEqualTo(8);
        try (var file = disk().open(path, OpenMode.READ)) {
            var read = ByteBuffer.allocate(20);
            assertThat(file.readFully(read, 0)).isEqualTo(8);
            assertThat(read.flip()).isEqualTo(bytes("\0\0\0hello"));
            assertThat(file.read(ByteBuffer.allocate(1), 8)).isEqualTo(-1);
        }
    }

    @Test
    void cutsAFileAndKeepsTheRest() throws IOException {
        try (var file = disk().open(folder().resolve("a"), OpenMode.CREATE_OR_OPEN)) {
            file.write(bytes("hello"), 0);
            file.truncate(2);
            file.truncate(9);
            assertThat(file.size()).isEqualTo(2);
            file.write(bytes("y"), 3);
            var read = ByteBuffer.allocate(4);
            file.readFully(read, 0);
            assertThat(read.flip()).isEqualTo(bytes("he\0y"));
        }
    }

    @Test
    void opensAsAsked() throws IOException {
        var path = folder().resolve("a");
        assertThatThrownBy(() -> disk().open(path, OpenMode.WRITE))
                .isInstanceOf(NoSuchFileException.class);
        disk().open(path, OpenMode.CREATE_NEW).close();
        assertThatThrownBy(() -> disk().open(path, OpenMode.CREATE_NEW))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void renamesOverAFileAndDeletes() throws IOException {
        var from = folder().resolve("b");
        var to = folder().resolve("a");
        disk().open(to, OpenMode.CREATE_NEW).close();
        try (var file = disk().open(from, OpenMode.CREATE_NEW)) {
            disk().rename(from, to);
            file.write(bytes("x"), 0);
        }
        disk().syncDirectory(folder());
        assertThat(disk().list(folder())).containsExactly(to);
        try (var file = disk().open(to, OpenMode.READ)) {
            assertThat(file.size()).isEqualTo(1);
        }
        disk().delete(to);
        disk().delete(to);
        assertThat(disk().exists(to)).isFalse();
        assertThat(disk().usableBytes(folder())).isPositive();
    }

    @Test
    void staysOpenUnderAThreadThatWasInterrupted() throws IOException {
        try (var file = disk().open(folder().resolve("a"), OpenMode.CREATE_NEW)) {
            Thread.currentThread().interrupt();
            file.write(bytes("hello"), 0);
            file.sync();
            file.truncate(4);
            assertThat(file.size()).isEqualTo(4);
            assertThat(file.readFully(ByteBuffer.allocate(9), 0)).isEqualTo(4);
            disk().syncDirectory(folder());
            // Whoever waits next is told.
            assertThat(Thread.interrupted()).isTrue();
            assertThat(file.size()).isEqualTo(4);
        } finally {
            var _ = Thread.interrupted();
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}

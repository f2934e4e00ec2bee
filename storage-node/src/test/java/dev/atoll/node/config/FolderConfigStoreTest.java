package dev.atoll.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderConfigStoreTest extends ConfigStoreContract {
    @TempDir Path folder;

    private @Nullable FolderConfigStore store;

    /** One process has one, which is what its threads share. */
    @Override
    FolderConfigStore open() {
        var opened = store == null ? openAgain() : store;
        store = opened;
        return opened;
    }

    private FolderConfigStore openAgain() {
        return new FolderConfigStore(folder.resolve("config"));
    }

    @Test
    void itsFilesAreThese() throws IOException {
        var _ = store(open(), 1, "databases: {}\n");

        assertThat(Files.readString(folder.resolve("config/0000000001.yaml")))
                .isEqualTo(
                        """
                        # Atoll configuration 1
                        # version: 1
                        # applied: 2026-01-31T12:00:00.123Z
                        # by: admin (test)
                        # text: 14 %s
                        # ---
                        databases: {}
                        """
                                .formatted(ConfigVersion.Digest.of("databases: {}\n").sha256()));
        assertThat(Files.readString(folder.resolve("config/current")))
                .isEqualTo("1 " + ConfigVersion.Digest.of("databases: {}\n").sha256() + "\n");
    }

    @Test
    void aCrashBeforeThePointerLeavesTheVersionBefore() throws IOException {
        var _ = store(open(), 1, "one");
        var _ = store(open(), 2, "two");
        // As it was before the last step of the second.
        Files.writeString(folder.resolve("config/current"), "1\n");
        Files.writeString(folder.resolve("config/current.new"), "2");

        var again = openAgain();

        assertThat(again.find().version()).isEqualTo(Optional.of(version(1, "one")));
        assertThat(again.versions()).containsExactly(version(1, "one"));
        assertThat(store(again, 2, "another")).isEqualTo(new ConfigStore.Outcome.Stored());
        assertThat(again.findText(2)).contains("another");
    }

    @Test
    void damageIsNoticed() throws IOException {
        var _ = store(open(), 1, "one");
        var file = folder.resolve("config/0000000001.yaml");
        Files.writeString(file, Files.readString(file).replace("\none", "\nonf"));

        assertThatThrownBy(() -> openAgain().find())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());

        Files.writeString(folder.resolve("config/current"), "");
        assertThatThrownBy(() -> openAgain().find()).isInstanceOf(IOException.class);
        Files.writeString(folder.resolve("config/current"), "7");
        assertThatThrownBy(() -> openAgain().find()).isInstanceOf(IOException.class);
    }

    @Test
    void damageOfThePointerIsNamed() throws IOException {
        var _ = store(open(), 1, "one");
        for (var name : List.of("current", "migration")) {
            var file = folder.resolve("config").resolve(name);
            Files.write(file, new byte[] {'1', (byte) 0xff});
            assertThatThrownBy(() -> look(name))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(file + ": not UTF-8 (expected: ");
            Files.delete(file);
            Files.createDirectory(file);
            assertThatThrownBy(() -> look(name))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(file + ": a folder (expected: ");
            Files.delete(file);
        }
    }

    private void look(String name) throws IOException {
        if (name.equals("current")) {
            var _ = openAgain().find();
        } else {
            var _ = openAgain().isMigrationPaused();
        }
    }

    @Test
    void aBitThatFlipsInThePointerMakesNoOtherVersionCurrent() throws IOException {
        for (int number = 1; number <= 3; number++) {
            var _ = store(open(), number, "text " + number);
        }
        var pointer = folder.resolve("config/current");
        var said = Files.readString(pointer);
        Files.writeString(pointer, said.replaceFirst("3", "2"));
        assertThatThrownBy(() -> openAgain().find())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(pointer + ": version 2 is not the one");
        // As earlier versions wrote it.
        Files.writeString(pointer, "3\n");
        assertThat(openAgain().find().version()).contains(version(3, "text 3"));
    }

    @Test
    void aPointerThatIsGoneIsDamageWhereThereWasOne() throws IOException {
        assertThat(openAgain().find().version()).isEmpty();
        var _ = store(open(), 1, "one");
        var pointer = folder.resolve("config/current");
        Files.delete(pointer);
        // A crash in the storing of the first leaves that, too.
        assertThat(openAgain().find().version()).isEmpty();

        store = null;
        var _ = store(open(), 1, "one");
        var _ = store(open(), 2, "two");
        Files.delete(pointer);
        assertThatThrownBy(() -> openAgain().find())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("current: missing, and there is 0000000002.yaml");
    }

    @Test
    void aCopyIsOneVersion() throws IOException {
        var copy = openAgain();
        copy.keepOnly(version(7, "seven"), "seven");
        copy.keepOnly(version(9, "nine"), "nine");

        assertThat(openAgain().find().version()).contains(version(9, "nine"));
        assertThat(openAgain().versions()).containsExactly(version(9, "nine"));
    }

    @Test
    void whoAppliedItIsOneLine() {
        assertThat(
                        new ConfigVersion(
                                        1,
                                        version(1, "").appliedAt(),
                                        "a\n# by: root\u2028\t\u0085b ",
                                        version(1, "").digest())
                                .appliedBy())
                .isEqualTo("a # by: root   b");
    }
}

package dev.atoll.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.TestNode;
import dev.atoll.node.config.ActiveConfig;
import dev.atoll.node.config.FolderConfigStore;
import dev.atoll.node.declared.BlocksInForce;
import dev.atoll.node.operations.RowIds;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.BitSet;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node of a cluster that does not know yet what is declared lets nobody in, services neither. */
class DoorOfAnUninformedNodeTest {
    @TempDir Path folder;

    @Test
    void servicesWaitUntilTheNodeKnowsWhatIsDeclared() throws IOException {
        var stored = Files.createDirectories(folder.resolve("stored"));
        Files.writeString(stored.resolve("current"), "rubbish");
        var copy = Files.createDirectories(folder.resolve("copy"));
        try (var config =
                new ActiveConfig(new FolderConfigStore(stored), new FolderConfigStore(copy))) {
            config.start();
            var ids = new RowIds(new SecureRandom());
            var door = new Door(config, new BlocksInForce(config::current, ids));

            assertThat(refusal(door, Caller.Kind.SERVICE)).contains(Reason.NODE_UNAVAILABLE);
            assertThat(refusal(door, Caller.Kind.USER)).contains(Reason.NODE_UNAVAILABLE);
            assertThat(refusal(door, Caller.Kind.ANONYMOUS)).contains(Reason.TOKEN_MISSING);
            // Only looks after data.
            door.check(call(Caller.Kind.SERVICE), true);

            Files.delete(stored.resolve("current"));
            TestNode.eventually(() -> refusal(door, Caller.Kind.SERVICE).isEmpty());
        }
    }

    private static Optional<Reason> refusal(Door door, Caller.Kind kind) {
        try {
            door.check(call(kind), false);
            return Optional.empty();
        } catch (Failure e) {
            return Optional.of(e.reason());
        }
    }

    private static CallContext call(Caller.Kind kind) {
        var caller = new Caller(kind, "test", "somebody");
        return new CallContext(caller, new InstanceKey("user", "alice"), new BitSet());
    }
}

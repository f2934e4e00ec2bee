package dev.atoll.node;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** What becomes due by a clock that the test sets, on nodes that hold one instance at a time. */
abstract class ClockedTest {
    static final Duration MINUTE = Duration.ofMinutes(1);

    static final Map<String, String> ONE_OPEN = Map.of("open-instances-max", "1");

    @TempDir Path data;
    @TempDir Path copies;

    final TestClock clock = new TestClock();

    final TestNode start(Path folder) throws IOException {
        return TestNode.start(folder, ONE_OPEN, clock);
    }
}

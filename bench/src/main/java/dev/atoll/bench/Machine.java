package dev.atoll.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.Properties;

/**
 * What a run was made on; where the server is elsewhere, only the caller's side. Immutable.
 *
 * @param cores that the process may use
 * @param memoryBytes of the machine
 * @param jdk name and version
 * @param os name, version and architecture
 * @param atoll the version of this driver and client
 */
public record Machine(int cores, long memoryBytes, String jdk, String os, String atoll) {
    /** The one this runs on. */
    public static Machine current() {
        long memory =
                ManagementFactory.getOperatingSystemMXBean()
                                instanceof com.sun.management.OperatingSystemMXBean system
                        ? system.getTotalMemorySize()
                        : 0;
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                memory,
                System.getProperty("java.vm.name") + " " + Runtime.version(),
                System.getProperty("os.name")
                        + " "
                        + System.getProperty("os.version")
                        + " "
                        + System.getProperty("os.arch"),
                version());
    }

    private static String version() {
        var properties = new Properties();
        try (var stream = Machine.class.getResourceAsStream("version.properties")) {
            if (stream == null) {
                throw new IllegalStateException("version.properties: not in the jar of the bench");
            }
            properties.load(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version", "unknown");
    }
}

package dev.atoll.cli;

import java.util.Set;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/** Where log lines go: servers write theirs to stderr, client commands none. Immutable. */
final class Logging {
    private static final Set<String> SERVERS = Set.of("dev", "router", "node");
    private static final String LEVEL = "ATOLL_LOG_LEVEL";

    /** Kept here, because the JDK forgets the level of a logger that nobody holds. */
    private static final Logger JDK_ROOT = Logger.getLogger("");

    private Logging() {}

    /** To be called before anything logs. */
    static void configure(String command) {
        if (SERVERS.contains(command)) {
            // gRPC logs through the JDK; what it has to say of broken connections is not news.
            System.setProperty(
                    "java.util.logging.SimpleFormatter.format",
                    "%1$tFT%1$tT.%1$tL%1$tz %4$-5s %3$s %5$s%6$s%n");
            JDK_ROOT.setLevel(Level.SEVERE);
        } else {
            LogManager.getLogManager().reset();
            if (System.getenv(LEVEL) == null) {
                // For the server that a command starts within itself.
                System.setProperty(LEVEL, "WARN");
            }
        }
    }
}

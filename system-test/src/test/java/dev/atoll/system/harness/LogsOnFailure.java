package dev.atoll.system.harness;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/** Prints the ends of the logs of all running processes when a test fails. Thread-safe. */
public final class LogsOnFailure implements TestWatcher {
    @Override
    @SuppressWarnings("SystemOut") // A test's report belongs on its output.
    public void testFailed(ExtensionContext context, Throwable cause) {
        System.out.println(
                "==== logs at the failure of " + context.getDisplayName() + OsProcess.tails());
    }
}

package dev.atoll.node.disk;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How many files the process may have open. Stateless. */
public final class OpenFiles {
    private OpenFiles() {}

    /** What the system allows; Long.MAX_VALUE where it does not say. */
    public static long most() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof UnixOperatingSystemMXBean system
                ? system.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }
}

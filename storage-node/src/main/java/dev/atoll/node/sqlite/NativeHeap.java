package dev.atoll.node.sqlite;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The heap of the C library, where SQLite has its memory. What SQLite frees stays with the process,
 * for the next who asks, until the heap is trimmed. Thread-safe.
 */
public final class NativeHeap {
    /** Of glibc; other libraries have none, and need none or cannot be helped. */
    private static final Optional<MethodHandle> TRIM = findTrim();

    private NativeHeap() {}

    /** Gives what is free back to the system; milliseconds for a gigabyte. */
    public static void trim() {
        if (TRIM.isEmpty()) {
            return;
        }
        try {
            var _ = (int) TRIM.get().invokeExact(0L);
        } catch (Throwable e) {
            throw new IllegalStateException("malloc_trim", e);
        }
    }

    @SuppressWarnings("restricted") // As every native call is; this one takes and gives a number.
    private static Optional<MethodHandle> findTrim() {
        var linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("malloc_trim")
                .map(
                        function ->
                                linker.downcallHandle(
                                        function,
                                        FunctionDescriptor.of(
                                                ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG)));
    }
}

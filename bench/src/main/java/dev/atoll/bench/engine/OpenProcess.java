package dev.atoll.bench.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;

/**
 * The process that opens many instances and says how much its memory grew, when nobody calls them
 * any more. One thread at a time.
 */
public final class OpenProcess {
    /** Begins the last line it prints; the KiB follow. */
    static final String ANSWER = "KiB ";

    private static final String RESIDENT = "VmRSS:";

    /** The collector gives memory back to the system step by step. */
    private static final int COLLECTIONS = 3;

    private OpenProcess() {}

    /** What is opened. */
    enum Kind {
        ENGINE,
        SQLITE
    }

    /** Takes a kind, a folder, and how many are in it. */
    public static void main(String[] arguments)
            throws IOException, SQLException, InterruptedException {
        var folder = Path.of(arguments[1]);
        int count = Integer.parseInt(arguments[2]);
        long grown =
                switch (Kind.valueOf(arguments[0])) {
                    case ENGINE -> engine(folder, count);
                    case SQLITE -> sqlite(folder, count);
                };
        System.out.println(ANSWER + grown);
    }

    private static long engine(Path folder, int count) throws IOException, InterruptedException {
        try (var node = EngineNode.start(folder, count)) {
            long before = residentKibibytes();
            for (int i = 0; i < count; i++) {
                node.insert(EngineNode.key(i)).join();
                node.readFirstRow(EngineNode.key(i)).join();
            }
            node.awaitShrunk(count);
            return residentKibibytes() - before;
        }
    }

    private static long sqlite(Path folder, int count) throws IOException, SQLException {
        long before = residentKibibytes();
        var open = new ArrayList<Connection>();
        for (int i = 0; i < count; i++) {
            var connection = PlainFiles.connect(PlainFiles.file(folder, i));
            open.add(connection);
            PlainFiles.insert(connection);
            PlainFiles.readFirstRow(connection);
        }
        long after = residentKibibytes();
        for (var connection : open) {
            connection.close();
        }
        return after - before;
    }

    private static long residentKibibytes() throws IOException {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(RESIDENT))
                .mapToLong(
                        line ->
                                Long.parseLong(
                                        line.substring(RESIDENT.length())
                                                .replace("kB", "")
                                                .strip()))
                .findFirst()
                .orElseThrow(() -> new IOException("/proc/self/status: no " + RESIDENT));
    }
}

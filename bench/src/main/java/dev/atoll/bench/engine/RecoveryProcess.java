package dev.atoll.bench.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;

/**
 * The processes that are killed, and those that recover. Each says how far it is, and then waits to
 * be killed, or for the end of the one that started it. One thread at a time.
 */
public final class RecoveryProcess {
    static final String FILLED = "FILLED ";
    static final String READY = "READY ";
    static final String CALLED = "CALLED ";
    static final String DONE = "DONE ";

    private static final Duration LOOK_EVERY = Duration.ofMillis(20);
    private static final long SEED = 1;

    private RecoveryProcess() {}

    /** What a process does. */
    enum Task {
        /** Makes a node's instances, and inserts until the journal is as large as wanted. */
        FILL_NODE,
        /** Starts the node again. */
        START_NODE,
        /** Makes files of SQLite alone, with as many inserts each. */
        FILL_FILES,
        /** Opens each of them, reads a row, and closes it. */
        OPEN_FILES
    }

    /** Takes a task, a folder, how many instances or files, and more. */
    public static void main(String[] arguments) throws IOException, SQLException {
        var folder = Path.of(arguments[1]);
        int count = Integer.parseInt(arguments[2]);
        var more =
                List.of(arguments).subList(3, arguments.length).stream()
                        .map(Long::valueOf)
                        .toList();
        switch (Task.valueOf(arguments[0])) {
            case FILL_NODE -> fillNode(folder, count, more);
            case START_NODE -> startNode(folder, count, more.getFirst().intValue());
            case FILL_FILES -> fillFiles(folder, count, more);
            case OPEN_FILES -> openFiles(folder, count, more.getFirst().intValue());
        }
        // Whoever started this kills it, or is gone.
        while (System.in.read() >= 0) {
            // Nobody says anything.
        }
        Runtime.getRuntime().halt(0);
    }

    private static void fillNode(Path folder, int count, List<Long> more) throws IOException {
        long journalBytes = more.get(0);
        int callers = more.get(1).intValue();
        var node = start(folder, count, journalBytes);
        node.create(count);
        long inserts = 1;
        do {
            ClosedLoop.times(count, callers, number -> node.insert(EngineNode.key(number)));
            inserts++;
        } while (node.journalBytes() < journalBytes);
        say(FILLED, inserts);
    }

    private static EngineNode start(Path folder, int count, long journalBytes) throws IOException {
        // Nothing is folded before the kill: not for the journal's size, and not for sleep.
        long roomy = Math.max(1L << 30, 8 * journalBytes);
        return EngineNode.start(
                folder,
                count,
                Map.of("journal-bytes-max", Long.toString(roomy), "idle-sleep-after", "1h"));
    }

    private static void startNode(Path folder, int count, int calls) throws IOException {
        var node = start(folder, count, 1);
        say(READY, node.toBeRedone());
        var random = new SplittableRandom(SEED);
        long slowest = 0;
        for (int i = 0; i < calls; i++) {
            long start = System.nanoTime();
            node.readFirstRow(EngineNode.key(random.nextInt(count))).join();
            slowest = Math.max(slowest, System.nanoTime() - start);
        }
        say(CALLED, slowest);
        while (node.toBeRedone() > 0) {
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
        say(DONE, count);
    }

    private static void fillFiles(Path folder, int to, List<Long> more)
            throws IOException, SQLException {
        Files.createDirectories(folder);
        // Open until the end: SQLite brings the WAL into a file that is closed.
        var open = new ArrayList<Connection>();
        for (int i = more.get(0).intValue(); i < to; i++) {
            var connection = PlainFiles.connect(PlainFiles.file(folder, i));
            open.add(connection);
            try (var statement = connection.createStatement()) {
                // A kill takes nothing from the system's memory.
                statement.execute("PRAGMA synchronous = OFF");
                statement.execute(Workload.CREATE);
            }
            for (long insert = 0; insert < more.get(1); insert++) {
                PlainFiles.insert(connection);
            }
        }
        say(FILLED, open.size());
    }

    private static void openFiles(Path folder, int count, int threads) {
        var shares = new ArrayList<CompletableFuture<?>>();
        for (int first = 0; first < threads; first++) {
            int share = first;
            shares.add(
                    CompletableFuture.runAsync(
                            () -> openShare(folder, share, threads, count),
                            RecoveryProcess::startThread));
        }
        shares.forEach(CompletableFuture::join);
        say(DONE, count);
    }

    private static void startThread(Runnable work) {
        var _ = Thread.ofPlatform().daemon().start(work);
    }

    private static void openShare(Path folder, int first, int stride, int count) {
        for (int i = first; i < count; i += stride) {
            try (var connection = PlainFiles.connect(PlainFiles.file(folder, i))) {
                PlainFiles.readFirstRow(connection);
            } catch (SQLException e) {
                throw new CompletionException(e);
            }
        }
    }

    private static void say(String what, long number) {
        System.out.println(what + number);
        System.out.flush();
    }
}

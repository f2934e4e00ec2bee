package dev.atoll.bench.engine;

import dev.atoll.bench.engine.Window.Rate;
import dev.atoll.node.disk.OpenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * The yardstick: files of SQLite alone, with a WAL, {@code synchronous=FULL} and SQLite's own
 * checkpoints, each open. One thread at a time; measuring starts more, each with files of its own.
 */
final class PlainFiles implements AutoCloseable {
    /** Database, WAL and the WAL's index. */
    private static final int FILES_EACH = 3;

    /** Of the process itself. */
    private static final int FILES_OTHERWISE = 2_000;

    private final List<Plain> files = new ArrayList<>();

    private record Plain(Connection connection, PreparedStatement insert) {}

    /** Opens the files that are in a folder. */
    PlainFiles(Path folder, int count) throws SQLException {
        for (int i = 0; i < count; i++) {
            var connection = connect(file(folder, i));
            files.add(new Plain(connection, connection.prepareStatement(Workload.INSERT)));
        }
    }

    /** How many one may have open here. */
    static int openable() {
        return Math.clamp((OpenFiles.most() - FILES_OTHERWISE) / FILES_EACH, 1, Integer.MAX_VALUE);
    }

    /** Makes the files, each with its table and a row. */
    static void make(Path folder, int count) throws IOException, SQLException {
        Files.createDirectories(folder);
        for (int i = 0; i < count; i++) {
            try (var connection = connect(file(folder, i));
                    var statement = connection.createStatement()) {
                statement.execute(Workload.CREATE);
                insert(connection);
            }
        }
    }

    static Path file(Path folder, int number) {
        return folder.resolve(number + ".sqlite");
    }

    /** Opens one, or makes it. */
    static Connection connect(Path file) throws SQLException {
        var config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        return config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
    }

    /** Reads what every file has. */
    static void readFirstRow(Connection connection) throws SQLException {
        try (var statement = connection.prepareStatement(Workload.FIRST_ROW);
                var rows = statement.executeQuery()) {
            if (!rows.next() || rows.getBytes(1).length == 0) {
                throw new IllegalStateException("first row: not there");
            }
        }
    }

    /** How fast that many threads insert, one commit each. */
    Rate rate(Window window, int threads) throws SQLException, InterruptedException {
        try (var writers = new Writers(threads, Pace.asFastAsPossible())) {
            var found = window.rate(writers.inserts);
            writers.stop();
            return found;
        }
    }

    /** Inserts at that rate until the window is over; how many there were. */
    long insertAtRate(Window window, int threads, int perSecond)
            throws SQLException, InterruptedException {
        try (var writers = new Writers(threads, Pace.of(perSecond))) {
            var _ = window.rate(writers.inserts);
            writers.stop();
            return writers.inserts.sum();
        }
    }

    static void insert(Connection connection) throws SQLException {
        try (var statement = connection.prepareStatement(Workload.INSERT)) {
            insert(statement, new SplittableRandom());
        }
    }

    private static void insert(PreparedStatement statement, RandomGenerator random)
            throws SQLException {
        statement.setBytes(1, Workload.value(random));
        statement.executeUpdate();
    }

    @Override
    public void close() throws SQLException {
        for (var file : files) {
            file.connection().close();
        }
    }

    /** Threads that insert until they are stopped, each into files of its own, in turn. */
    private final class Writers implements AutoCloseable {
        private final List<Thread> threads = new ArrayList<>();
        private final LongAdder inserts = new LongAdder();
        private final Pace pace;
        private volatile boolean over;
        private volatile @Nullable SQLException failure;

        Writers(int most, Pace pace) {
            this.pace = pace;
            int count = Math.min(most, files.size());
            for (int i = 0; i < count; i++) {
                int first = i;
                threads.add(
                        Thread.ofPlatform()
                                .name("yardstick-" + i)
                                .start(() -> write(first, count)));
            }
        }

        private void write(int first, int stride) {
            var random = new SplittableRandom();
            try {
                int file = first;
                for (long number = first; !over; number += stride) {
                    pace.waitFor(number);
                    insert(files.get(file).insert(), random);
                    inserts.increment();
                    file = file + stride < files.size() ? file + stride : first;
                }
            } catch (SQLException e) {
                failure = e;
            }
        }

        void stop() throws SQLException, InterruptedException {
            over = true;
            for (var thread : threads) {
                thread.join();
            }
            if (failure != null) {
                throw failure;
            }
        }

        @Override
        public void close() {
            over = true;
        }
    }
}

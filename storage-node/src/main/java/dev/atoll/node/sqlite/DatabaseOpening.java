package dev.atoll.node.sqlite;

import dev.atoll.node.disk.Disk;
import dev.atoll.node.disk.SystemDisk;
import dev.atoll.node.sqlite.InstanceDatabase.Identity;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Optional;
import org.sqlite.core.Codes;

/** Makes and opens the files of instances. Immutable. */
final class DatabaseOpening {
    private static final Disk DISK = SystemDisk.INSTANCE;

    /** Small enough to be read whole at each opening. */
    private static final long COMPARED_BYTES_MAX = 1 << 20;

    private DatabaseOpening() {}

    /**
     * Makes the file, whose folder exists, with nothing in it but what the node keeps there. It is
     * durable with its first commit. Throws INSTANCE_EXISTS if there is such a file.
     */
    static InstanceDatabase create(
            Path file, Identity identity, SqliteLimits limits, InstantSource clock) {
        if (Files.exists(file)) {
            throw Failure.of(Reason.INSTANCE_EXISTS, file + ": exists (expected: not to)");
        }
        var capture = connect(() -> Capture.open(DISK, file, true), file);
        var database =
                assemble(
                        capture,
                        Optional.empty(),
                        connection -> {
                            connection.runOnce("BEGIN IMMEDIATE");
                            var meta = InstanceMeta.create(connection, identity, clock.instant());
                            RequestTable.create(connection);
                            connection.runOnce("COMMIT");
                            return meta;
                        },
                        limits,
                        clock);
        try {
            database.beginWith(
                    capture.take(InstanceDatabase.COMMIT_BYTES_MAX)
                            .orElseThrow(() -> new IllegalStateException(file + ": no pages")));
            return database;
        } catch (RuntimeException e) {
            closeAfter(database, e);
            throw e;
        }
    }

    private static void closeAfter(InstanceDatabase database, RuntimeException e) {
        try {
            database.close();
        } catch (RuntimeException suppressed) {
            e.addSuppressed(suppressed);
        }
    }

    /**
     * Opens an existing file. Throws INSTANCE_QUARANTINED, naming the file, if it is missing,
     * damaged or not of that identity, and NODE_UNAVAILABLE if it cannot be read now: only what was
     * read, and is wrong, speaks against the file.
     */
    static InstanceDatabase open(
            FoldedFile folding, Identity identity, SqliteLimits limits, InstantSource clock) {
        var file = folding.file();
        var sums = folding.sums();
        var errors = new SqliteErrors(file);
        try {
            Redo.cleanToOpen(DISK, file);
        } catch (IOException e) {
            throw errors.unavailable(e);
        }
        var extent = InstanceFile.check(file, errors);
        checkPages(extent, sums, errors);
        var folded = folded(sums, identity, errors);
        var capture = connect(() -> Capture.open(DISK, sums, false), file);
        return assemble(
                capture,
                Optional.of(extent),
                connection -> InstanceMeta.read(connection, identity, folded),
                limits,
                clock);
    }

    /**
     * A file that somebody wrote while it was closed has to be what it was all the same, and a
     * small one is looked at in any case: a write to a page with a flipped bit would give it a
     * checksum that is right.
     */
    private static void checkPages(Engine.Extent extent, PageSums sums, SqliteErrors errors) {
        try {
            var folded = sums.folded();
            if (folded.isEmpty()) {
                return;
            }
            long lastWritten = sums.lastWritten();
            boolean untouched = sums.isUntouched(lastWritten);
            long bytes = (long) folded.get().pageCount() * folded.get().pageSize();
            if (untouched && bytes > COMPARED_BYTES_MAX) {
                return;
            }
            if (extent.bytes() != bytes) {
                throw errors.quarantined(extent.bytes() + " bytes (expected: " + bytes + ")");
            }
            var damaged = new Scrub(DISK, sums).all();
            if (!damaged.isEmpty()) {
                throw errors.quarantined(
                        "offset "
                                + damaged.getFirst().offset()
                                + ": page "
                                + damaged.getFirst().number()
                                + ": checksum"
                                + (untouched ? "" : "; the file was written by somebody else"));
            }
            sums.compared(lastWritten);
        } catch (IOException e) {
            throw errors.missingOrUnavailable(e);
        }
    }

    private static PageSums.Folded folded(PageSums sums, Identity identity, SqliteErrors errors) {
        var folded =
                sums.folded()
                        .orElseThrow(
                                () ->
                                        errors.quarantined(
                                                "its .sums file: "
                                                        + PageSums.whyEmpty(
                                                                DISK, sums.database())));
        if (folded.incarnation() != identity.incarnation()) {
            throw errors.quarantined(
                    "its .sums file: of incarnation "
                            + folded.incarnation()
                            + " (expected: "
                            + identity.incarnation()
                            + ")");
        }
        return folded;
    }

    /** Opens a database. */
    private interface Connecting {
        Capture connect() throws SQLException, IOException;
    }

    private static Capture connect(Connecting connecting, Path file) {
        var errors = new SqliteErrors(file);
        try {
            return connecting.connect();
        } catch (SQLException e) {
            throw openFailure(e, errors);
        } catch (IOException e) {
            throw errors.isDiskFull() ? errors.diskFull() : errors.unavailable(e);
        }
    }

    /** Reads or writes what the file says of itself. */
    private interface MetaSource {
        InstanceMeta meta(SqliteConnection connection) throws SQLException;
    }

    private static InstanceDatabase assemble(
            Capture capture,
            Optional<Engine.Extent> known,
            MetaSource source,
            SqliteLimits limits,
            InstantSource clock) {
        var connection = capture.connection();
        try {
            var meta = source.meta(connection);
            var extent = known.isPresent() ? known.get() : Engine.Extent.of(connection);
            var engine =
                    new Engine(
                            connection, new Engine.Known(meta, extent, capture.requests()), limits);
            return new InstanceDatabase(capture, engine, clock);
        } catch (SQLException e) {
            capture.abandonAfter(e);
            throw openFailure(e, connection.errors());
        } catch (IOException e) {
            capture.abandonAfter(e);
            throw connection.errors().unavailable(e);
        } catch (RuntimeException e) {
            capture.abandonAfter(e);
            throw e;
        }
    }

    /** While opening, an SQL error means that the file does not hold what it should. */
    private static Failure openFailure(SQLException e, SqliteErrors errors) {
        return switch (SqliteErrors.code(e) & 0xff) {
            case Codes.SQLITE_FULL -> errors.diskFull();
            case Codes.SQLITE_ERROR -> errors.quarantined(SqliteErrors.text(e), e);
            case Codes.SQLITE_IOERR, Codes.SQLITE_NOMEM ->
                    errors.isDiskFull()
                            ? errors.diskFull()
                            : SqliteErrors.isDamage(e)
                                    ? errors.ofFile(e)
                                    : errors.unavailable(SqliteErrors.text(e), e);
            default -> errors.ofFile(e);
        };
    }
}

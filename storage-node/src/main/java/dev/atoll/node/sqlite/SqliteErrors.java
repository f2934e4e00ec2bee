package dev.atoll.node.sqlite;

import dev.atoll.node.sqlite.Token.Kind;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.regex.Pattern;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.core.Codes;

/** Turns SQLite's errors into failures. Immutable. */
final class SqliteErrors {
    private static final int PRIMARY_CODE = 0xff;
    private static final int BRIEF_MAX = 80;
    private static final int NOT_A_DATABASE = 26;

    /** With less than this left, it was the disk that SQLite found full. */
    private static final long DISK_RESERVE_BYTES = 16L << 20;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private static final Pattern CONSTRAINT =
            Pattern.compile("(UNIQUE|NOT NULL|CHECK|FOREIGN KEY) constraint failed(?:: (.*))?");

    /** What SQLite names in its messages: {@code near "x": …}, {@code no such column: x}. */
    private static final Pattern CULPRIT =
            Pattern.compile(
                    "near \"(.+)\": syntax error|unrecognized token: \"(.+)\"|no such (?:table|column|function): (.+)",
                    Pattern.DOTALL);

    private final Path file;

    SqliteErrors(Path file) {
        this.file = file;
    }

    /** What a statement's error means to the one who sent it. */
    Failure ofStatement(SQLException e, String sql) {
        int code = code(e);
        var text = text(e);
        return switch (code & PRIMARY_CODE) {
            case Codes.SQLITE_CONSTRAINT -> constraint(code, text);
            case Codes.SQLITE_MISMATCH ->
                    Failure.of(Reason.CONSTRAINT_VIOLATION, text).with("constraint", "DATATYPE");
            case Codes.SQLITE_AUTH ->
                    TextCheck.notAllowed(text, "the functions of the node are all there are");
            case Codes.SQLITE_ERROR, Codes.SQLITE_LOCKED, Codes.SQLITE_ABORT, Codes.SQLITE_SCHEMA ->
                    sqlError(text, sql);
            case Codes.SQLITE_CORRUPT -> {
                // A full-text index that differs from its content says so: not the file's fault.
                yield code == SQLiteErrorCode.SQLITE_CORRUPT_VTAB.code
                        ? sqlError(text + ", in a virtual table: rebuild the index", sql)
                        : ofFile(e);
            }
            default -> ofFile(e);
        };
    }

    /** What an error that is not the statement's means: the file or the disk is at fault. */
    Failure ofFile(SQLException e) {
        int code = code(e);
        return switch (code & PRIMARY_CODE) {
            case Codes.SQLITE_CORRUPT, NOT_A_DATABASE, Codes.SQLITE_READONLY ->
                    quarantined(text(e), e);
            // Others' locks and open files: of the file itself SQLite has said nothing.
            case Codes.SQLITE_CANTOPEN,
                    Codes.SQLITE_BUSY,
                    Codes.SQLITE_LOCKED,
                    Codes.SQLITE_PROTOCOL ->
                    unavailable(text(e), e);
            case Codes.SQLITE_IOERR -> isDamage(code) ? quarantined(text(e), e) : unknown(e);
            case Codes.SQLITE_NOMEM ->
                    Failure.of(Reason.OVERLOADED, "memory: SQLite got no more", e);
            default -> unknown(e);
        };
    }

    /**
     * It cannot be read now, which says nothing of what is in it: too many open files, memory,
     * somebody else's lock. Nothing was changed; the next call tries again.
     */
    Failure unavailable(IOException e) {
        return unavailable("cannot be read: " + text(e), e);
    }

    Failure unavailable(String why, Throwable cause) {
        return Failure.of(Reason.NODE_UNAVAILABLE, file + ": " + why, cause)
                .with("file", file.toString())
                .retryAfter(RETRY_AFTER);
    }

    /** A file that has to be there is not, which is certain; or it cannot be read now. */
    Failure missingOrUnavailable(IOException e) {
        return e instanceof NoSuchFileException gone
                ? quarantined(gone.getMessage() + ": missing", gone)
                : unavailable(e);
    }

    /**
     * Of what is written for a checkpoint. A file that cannot be opened was not written: the redo
     * does it anew. A write or a sync that failed is not made good by another one.
     */
    Failure ofCheckpoint(IOException e) {
        if (isDiskFull()) {
            return diskFull();
        }
        var why = "checkpoint: " + text(e);
        return e instanceof FileSystemException || e instanceof ClosedChannelException
                ? unavailable(why, e)
                : quarantined(why, e);
    }

    /** Once a commit was attempted, nobody is told that it certainly did not happen. */
    Failure afterCommit(SQLException e) {
        var failure = ofFile(e);
        return failure.reason() == Reason.NODE_UNAVAILABLE ? unknown(e) : failure;
    }

    /** The file cannot be trusted. */
    Failure quarantined(String why, Throwable cause) {
        return Failure.of(Reason.INSTANCE_QUARANTINED, file + ": " + why, cause)
                .with("file", file.toString());
    }

    Failure quarantined(String why) {
        return Failure.of(Reason.INSTANCE_QUARANTINED, file + ": " + why)
                .with("file", file.toString());
    }

    /** It may or may not have happened. */
    Failure unknown(SQLException e) {
        return unknown(text(e), e);
    }

    Failure unknown(String why, Throwable cause) {
        return Failure.of(Reason.OUTCOME_UNKNOWN, file + ": " + why, cause)
                .with("file", file.toString());
    }

    boolean isDiskFull() {
        return InstanceFile.usableBytes(file) < DISK_RESERVE_BYTES;
    }

    /** The disk is full, and what was asked was undone. */
    Failure diskFull() {
        return Failure.of(
                        Reason.NODE_FULL,
                        "disk of the node: full; nothing was changed, and reads go on")
                .with("file", file.toString());
    }

    /** Whether the file is not what was written to it. */
    static boolean isDamage(SQLException e) {
        int primary = code(e) & PRIMARY_CODE;
        return primary == Codes.SQLITE_CORRUPT || primary == NOT_A_DATABASE || isDamage(code(e));
    }

    private static boolean isDamage(int code) {
        return code == SQLiteErrorCode.SQLITE_IOERR_READ.code
                || code == SQLiteErrorCode.SQLITE_IOERR_SHORT_READ.code
                || code == SQLiteErrorCode.SQLITE_IOERR_CORRUPTFS.code
                || code == SQLiteErrorCode.SQLITE_IOERR_DATA.code;
    }

    private static Failure constraint(int code, String text) {
        boolean unique =
                code == SQLiteErrorCode.SQLITE_CONSTRAINT_UNIQUE.code
                        || code == SQLiteErrorCode.SQLITE_CONSTRAINT_PRIMARYKEY.code
                        || code == SQLiteErrorCode.SQLITE_CONSTRAINT_ROWID.code;
        var failure =
                Failure.of(unique ? Reason.UNIQUE_VIOLATION : Reason.CONSTRAINT_VIOLATION, text);
        var matcher = CONSTRAINT.matcher(text);
        if (!matcher.matches()) {
            return failure;
        }
        failure = failure.with("constraint", matcher.group(1));
        var what = matcher.group(2);
        if (what == null) {
            return failure;
        }
        if (matcher.group(1).equals("CHECK")) {
            return failure.with("check", what);
        }
        if (what.startsWith("index '")) {
            return failure.with("index", what.substring("index '".length(), what.length() - 1));
        }
        return withColumns(failure, what);
    }

    /** From {@code t.a, t.b}. */
    private static Failure withColumns(Failure failure, String what) {
        int dot = what.indexOf('.');
        if (dot < 0) {
            return failure;
        }
        var table = what.substring(0, dot);
        var columns = new StringBuilder();
        for (var column : what.split(", ", -1)) {
            columns.append(columns.isEmpty() ? "" : ", ")
                    .append(column.startsWith(table + '.') ? column.substring(dot + 1) : column);
        }
        return failure.with("table", table).with("columns", columns.toString());
    }

    /** SQLite's own text, and where in the statement it points to, if only one token fits. */
    private static Failure sqlError(String text, String sql) {
        var failure = Failure.of(Reason.SQL_ERROR, text);
        if (text.equals("incomplete input")) {
            return failure.with("position", position(sql, sql.length()));
        }
        var matcher = CULPRIT.matcher(text);
        if (!matcher.matches()) {
            return failure;
        }
        var culprit =
                matcher.group(1) != null
                        ? matcher.group(1)
                        : matcher.group(2) != null ? matcher.group(2) : matcher.group(3);
        int found = -1;
        for (var token : Tokenizer.tokens(sql)) {
            if (token.text(sql).equals(culprit)
                    || (token.kind() == Kind.QUOTED && token.unquoted(sql).equals(culprit))) {
                if (found >= 0) {
                    return failure;
                }
                found = token.start();
            }
        }
        return found < 0 ? failure : failure.with("position", position(sql, found));
    }

    /** How many characters stand before that offset. */
    static String position(String sql, int offset) {
        return Integer.toString(sql.codePointCount(0, offset));
    }

    /** What a message may repeat of a caller's text. */
    static String brief(String text) {
        return text.length() <= BRIEF_MAX ? text : text.substring(0, BRIEF_MAX) + '…';
    }

    /** SQLite's extended result code; 0 for an error of the driver. */
    static int code(SQLException e) {
        return e instanceof SQLiteException sqlite ? sqlite.getResultCode().code : e.getErrorCode();
    }

    /** What the system says; some exceptions have nothing but their name. */
    static String text(IOException e) {
        var message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    /** SQLite's own text, without what the driver wraps it in. */
    static String text(SQLException e) {
        var message = e.getMessage();
        if (message == null) {
            return e.getClass().getSimpleName();
        }
        if (e instanceof SQLiteException sqlite) {
            var prefix = sqlite.getResultCode() + " (";
            if (message.startsWith(prefix) && message.endsWith(")")) {
                return message.substring(prefix.length(), message.length() - 1);
            }
        }
        return message;
    }
}

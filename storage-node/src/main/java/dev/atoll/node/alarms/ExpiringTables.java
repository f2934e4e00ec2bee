package dev.atoll.node.alarms;

import dev.atoll.node.blocks.Field;
import dev.atoll.node.blocks.Table;
import dev.atoll.node.blocks.schema.TableSql;
import dev.atoll.node.rules.Times;
import dev.atoll.node.sqlite.ReadTransaction;
import dev.atoll.node.sqlite.SqlCall;
import dev.atoll.node.sqlite.SqlValue;
import dev.atoll.node.sqlite.WriteTransaction;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The tables of a block whose rows expire. Immutable.
 *
 * <p>It relies on an index that begins with the field whose moment it is, which every such table
 * has.
 */
public final class ExpiringTables {
    /** Of a block in which nothing expires. */
    public static final ExpiringTables NONE = new ExpiringTables(List.of(), 0);

    private final List<Expiring> tables;
    private final long nextLook;

    /**
     * One of them.
     *
     * @param next when its next row expires
     * @param delete deletes those that have, the oldest of them first
     */
    private record Expiring(SqlCall next, String delete) {}

    private ExpiringTables(List<Expiring> tables, long nextLook) {
        this.tables = tables;
        this.nextLook = nextLook;
    }

    /** Those among the tables of a block. */
    public static ExpiringTables of(List<Table> all) {
        return new ExpiringTables(
                all.stream()
                        .flatMap(
                                table ->
                                        table.features().ttl().stream()
                                                .map(ttl -> expiring(table, ttl, all)))
                        .toList(),
                0);
    }

    /**
     * The same in an instance that could not be brought to the block, and may not have their
     * columns: nothing expires, and whether that is still so is looked at then.
     */
    public ExpiringTables notBefore(Instant nextLook) {
        return isEmpty() ? this : new ExpiringTables(List.of(), Times.micros(nextLook));
    }

    private static Expiring expiring(Table table, String ttl, List<Table> all) {
        var name = TableSql.quoted(table.name());
        var moment = "\"row\"." + TableSql.quoted(ttl);
        return new Expiring(
                SqlCall.ofNode(
                        "SELECT min(" + moment + ") FROM " + name + " AS \"row\"", List.of()),
                "DELETE FROM "
                        + name
                        + " WHERE \"rowid\" IN (SELECT \"row\".\"rowid\" FROM "
                        + name
                        + " AS \"row\" WHERE "
                        + moment
                        + " <= ?"
                        + notHeld(table, all)
                        + " ORDER BY "
                        + moment
                        + " LIMIT ?)");
    }

    /** A row that others hold on to goes after them. */
    private static String notHeld(Table table, List<Table> all) {
        return all.stream()
                .flatMap(
                        other ->
                                other.fields().stream()
                                        .flatMap(field -> notHeld(table, other, field)))
                .collect(Collectors.joining());
    }

    private static Stream<String> notHeld(Table table, Table other, Field field) {
        return field.key().reference().stream()
                .filter(reference -> isSame(reference.table(), table.name()))
                .filter(
                        reference ->
                                switch (reference.onDelete()) {
                                    case RESTRICT -> true;
                                    case CASCADE, SET_NULL -> false;
                                })
                .map(
                        reference ->
                                " AND NOT EXISTS (SELECT 1 FROM "
                                        + TableSql.quoted(other.name())
                                        + " AS \"other\" WHERE \"other\"."
                                        + TableSql.quoted(field.name())
                                        + " = \"row\"."
                                        + TableSql.quoted(reference.field())
                                        + ")");
    }

    private static boolean isSame(String one, String other) {
        return one.toLowerCase(Locale.ROOT).equals(other.toLowerCase(Locale.ROOT));
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return tables.isEmpty() && nextLook == 0;
    }

    /** When the next row of them all expires, in microseconds since 1970; 0 for never. */
    long next(ReadTransaction tx) {
        long next = nextLook;
        for (var table : tables) {
            if (tx.query(table.next()).rows().getFirst().getFirst()
                    instanceof SqlValue.Integer64(long micros)) {
                // 0 is never.
                next = DueTimes.earlier(next, Math.max(1, micros));
            }
        }
        return next;
    }

    /** Deletes rows that have expired, at most that many; how many there were. */
    public long delete(WriteTransaction tx, long nowMicros, int most) {
        long deleted = 0;
        for (var table : tables) {
            if (deleted < most) {
                var parameters = List.of(SqlValue.of(nowMicros), SqlValue.of(most - deleted));
                deleted += tx.execute(SqlCall.ofNode(table.delete(), parameters)).changes();
            }
        }
        return deleted;
    }
}

package dev.atoll.system.history;

import dev.atoll.proto.v1.InstanceKey;
import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.OperationResult;
import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.system.harness.InstanceHandle;
import dev.atoll.system.harness.Sql;
import dev.atoll.system.harness.TestClient;
import dev.atoll.wire.Bookmark;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An instance, the statements that its history is made of, and what was seen of it. Thread-safe.
 *
 * <pre>
 * r(k, v, pad)       registers 1 to {@value #REGISTERS}
 * l(pos, item, pad)  the list; pos counts from 1
 * u(n)               switches 1 to {@value #SWITCHES}: registers that hold 1 while their row is there
 * </pre>
 */
final class WatchedInstance {
    static final int REGISTERS = 4;
    static final int SWITCHES = 3;

    private final InstanceKey key;
    private final InstanceHistory history;
    private final AtomicLong incarnation = new AtomicLong();

    WatchedInstance(InstanceKey key) {
        this.key = key;
        this.history = new InstanceHistory(key.getNamespace() + ":" + key.getId());
    }

    InstanceHistory history() {
        return history;
    }

    InstanceKey key() {
        return key;
    }

    InstanceHandle through(TestClient client) {
        return new InstanceHandle(client, key);
    }

    /** Makes it, with its tables, in one commit. */
    void create(TestClient client) {
        long start = System.nanoTime();
        var request =
                MutateRequest.newBuilder()
                        .setInstance(key)
                        .addOperations(
                                Sql.write("CREATE TABLE r(k INTEGER PRIMARY KEY, v INTEGER, pad)"))
                        .addOperations(
                                Sql.write("CREATE TABLE l(pos INTEGER PRIMARY KEY, item, pad)"))
                        .addOperations(Sql.write("CREATE TABLE u(n INTEGER PRIMARY KEY)"));
        for (int register = 1; register <= REGISTERS; register++) {
            request.addOperations(Sql.write("INSERT INTO r VALUES (?, 0, NULL)", register));
        }
        var reply = client.database().mutate(request.build());
        noteCommit("creator", Interval.since(start), reply.getBookmark(), true);
    }

    /** Reads all of it, at the end. */
    void readWhole(TestClient client) {
        long start = System.nanoTime();
        var reply =
                client.database()
                        .query(
                                through(client)
                                        .queryRequest(
                                                readRegisters(), readSwitches(), readList(0)));
        var when = Interval.since(start);
        long commit = noteCommit("last reader", when, reply.getBookmark(), false);
        noteRegisters("last reader", when, commit, reply.getResults(0));
        noteSwitches("last reader", when, commit, reply.getResults(1));
        noteList("last reader", when, commit, 0, reply.getResults(2));
    }

    static ReadOperation readRegisters() {
        return Sql.read("SELECT k, v FROM r ORDER BY k");
    }

    /** With what takes several messages of a stream to send. */
    static ReadOperation readRegistersWithPads() {
        return Sql.read("SELECT k, v, pad FROM r ORDER BY k");
    }

    static ReadOperation readSwitches() {
        return Sql.read("SELECT n FROM u ORDER BY n");
    }

    static ReadOperation readList(int from) {
        return Sql.read("SELECT pos, item FROM l WHERE pos > ? ORDER BY pos", from);
    }

    static WriteOperation write(int register, long value, int padBytes) {
        return Sql.write(
                "UPDATE r SET v = ?, pad = randomblob(?) WHERE k = ?", value, padBytes, register);
    }

    static WriteOperation swap(int register, long expected, long value) {
        return Sql.write("UPDATE r SET v = ? WHERE k = ? AND v = ?", value, register, expected);
    }

    static WriteOperation append(long item, int padBytes) {
        return Sql.write("INSERT INTO l(item, pad) VALUES (?, randomblob(?))", item, padBytes);
    }

    static WriteOperation switchOn(int number) {
        return Sql.write("INSERT INTO u VALUES (?)", number);
    }

    static WriteOperation switchOff(int number) {
        return Sql.write("DELETE FROM u WHERE n = ?", number);
    }

    static String register(int number) {
        return "register " + number;
    }

    static String switchName(int number) {
        return "switch " + number;
    }

    /** Notes what {@link #readRegisters()} showed. */
    void noteRegisters(String by, Interval when, long commit, OperationResult result) {
        for (var row : Sql.rows(result)) {
            noteRegister(by, when, row);
            history.addState(commit, register((int) number(row, 0)), number(row, 1));
        }
    }

    /** Notes what one row of a register showed. */
    void noteRegister(String by, Interval when, List<Object> row) {
        note(register((int) number(row, 0)), by, when, new RegisterOperation.Read(number(row, 1)));
    }

    /** Notes what {@link #readSwitches()} showed. */
    void noteSwitches(String by, Interval when, long commit, OperationResult result) {
        var on = Sql.rows(result).stream().map(row -> number(row, 0)).toList();
        for (int number = 1; number <= SWITCHES; number++) {
            int value = on.contains((long) number) ? 1 : 0;
            note(switchName(number), by, when, new RegisterOperation.Read(value));
            history.addState(commit, switchName(number), value);
        }
    }

    /** Notes what {@link #readList} showed; how long the list was. */
    int noteList(String by, Interval when, long commit, int from, OperationResult result) {
        var rows = Sql.rows(result);
        for (int i = 0; i < rows.size(); i++) {
            if (number(rows.get(i), 0) != from + i + 1) {
                history.add("list: " + rows + " (expected: from " + (from + 1) + ", no gaps)");
            }
        }
        var items = rows.stream().map(row -> number(row, 1)).toList();
        // Where the list is shorter than that, this still says less than the client knew before.
        int length = from + items.size();
        history.add(new ListOperation.Read(by, when, from, items));
        history.addState(commit, "list", length);
        return length;
    }

    /** Notes a certain operation on a register or switch. */
    void note(String register, String by, Interval when, RegisterOperation.Action action) {
        history.add(register, new RegisterOperation(by, when, action, true));
    }

    /** Notes an operation that happened once or not at all. */
    void noteUnknown(String register, String by, long start, RegisterOperation.Action action) {
        history.add(register, new RegisterOperation(by, Interval.openSince(start), action, false));
    }

    /** Notes the commit that a reply named; its number. */
    long noteCommit(String by, Interval when, String bookmark, boolean made) {
        var named = Bookmark.parse(bookmark);
        long before = incarnation.compareAndExchange(0, named.incarnation());
        if (before != 0 && before != named.incarnation()) {
            history.add("incarnation " + named.incarnation() + " (expected: " + before + ")");
        }
        history.add(new CommitOperation(by, when, named.commit(), made));
        return named.commit();
    }

    private static long number(List<Object> row, int column) {
        return (Long) row.get(column);
    }
}

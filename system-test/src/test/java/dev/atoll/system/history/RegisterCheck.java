package dev.atoll.system.history;

import dev.atoll.system.history.RegisterOperation.Read;
import dev.atoll.system.history.RegisterOperation.Swap;
import dev.atoll.system.history.RegisterOperation.Write;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a register's history is linearizable: whether each operation can be given a moment within
 * its interval such that, done one after the other at those moments, all come out as they did. Used
 * by one thread, once.
 *
 * <p>The search of Wing and Gong (1993) with Lowe's memory (2017). The list holds the calls and
 * returns that are not explained yet, by time. Any call before the first return may be the next to
 * take effect. It is tried and lifted out of the list; where a return is reached whose call was not
 * taken, the last choice was wrong. What is explained and what the state is then was tried before:
 * never again.
 *
 * <p>An operation whose outcome nobody knows has no return, and need not be explained. It is tried
 * only where something that is left could tell the difference, and of several that do the same only
 * the one that began first: otherwise each of them would double the work.
 */
final class RegisterCheck {
    private static final int SHOWN = 12;

    /** So many configurations fit into the memory of a test; a history needs thousands. */
    private static final int TRIED_MAX = 1_000_000;

    private final List<RegisterOperation> operations;
    private final Event head = new Event(-1, 0, false);
    private final HashSet<Configuration> tried = new HashSet<>();
    private final ArrayDeque<Choice> choices = new ArrayDeque<>();
    private final BitSet explained = new BitSet();

    /** How many unexplained operations need this value, or need it not to be this one. */
    private final Map<Long, Integer> needed = new HashMap<>();

    private final Map<Long, Integer> unwanted = new HashMap<>();
    private long state;
    private int returnsLeft;
    private int furthest = -1;
    private String stuck = "";

    private RegisterCheck(long initial, List<RegisterOperation> operations) {
        this.state = initial;
        this.operations = operations;
    }

    /** Why the history of a register that began with that value is wrong; empty if it is not. */
    static Optional<String> problem(long initial, List<RegisterOperation> operations) {
        var check = new RegisterCheck(initial, List.copyOf(operations));
        check.link();
        return check.isExplained() ? Optional.empty() : Optional.of(check.stuck);
    }

    private record Configuration(BitSet explained, long state) {}

    private record Choice(Event call, long stateBefore) {}

    /** A call or a return in a doubly linked list. */
    private static final class Event {
        final int operation;
        final long nanos;
        final boolean isReturn;

        /** Of a call whose end is known. */
        @Nullable Event matching;

        @Nullable Event previous;
        @Nullable Event next;

        Event(int operation, long nanos, boolean isReturn) {
            this.operation = operation;
            this.nanos = nanos;
            this.isReturn = isReturn;
        }

        void unlink() {
            if (previous != null) {
                previous.next = next;
            }
            if (next != null) {
                next.previous = previous;
            }
        }

        /** Where it was: only the last that was unlinked may be. */
        void relink() {
            if (previous != null) {
                previous.next = this;
            }
            if (next != null) {
                next.previous = this;
            }
        }
    }

    private void link() {
        var events = new ArrayList<Event>();
        for (int i = 0; i < operations.size(); i++) {
            count(i, 1);
            var when = operations.get(i).when();
            var call = new Event(i, when.start(), false);
            events.add(call);
            if (operations.get(i).certain()) {
                call.matching = new Event(i, when.end(), true);
                events.add(call.matching);
                returnsLeft++;
            }
        }
        // At the same moment calls come first: then the two operations overlap.
        events.sort(
                Comparator.<Event>comparingLong(event -> event.nanos)
                        .thenComparing(event -> event.isReturn));
        var last = head;
        for (var event : events) {
            last.next = event;
            event.previous = last;
            last = event;
        }
    }

    private boolean isExplained() {
        var event = head.next;
        while (returnsLeft > 0) {
            if (event == null) {
                throw new IllegalStateException("returns left: " + returnsLeft + ", none found");
            }
            if (!event.isReturn) {
                event = take(event) ? head.next : event.next;
                continue;
            }
            noteStuckAt(event);
            if (choices.isEmpty()) {
                return false;
            }
            event = giveBack(choices.pop());
        }
        return true;
    }

    /** Lets the operation take effect now, unless it cannot, or that led nowhere before. */
    private boolean take(Event call) {
        var after = operations.get(call.operation).action().apply(state);
        if (after.isEmpty() || (call.matching == null && !isWorthTrying(call, after.getAsLong()))) {
            return false;
        }
        explained.set(call.operation);
        if (!tried.add(new Configuration((BitSet) explained.clone(), after.getAsLong()))) {
            explained.clear(call.operation);
            return false;
        }
        if (tried.size() > TRIED_MAX) {
            throw new IllegalStateException("undecided after " + TRIED_MAX + " configurations");
        }
        count(call.operation, -1);
        choices.push(new Choice(call, state));
        state = after.getAsLong();
        call.unlink();
        if (call.matching != null) {
            call.matching.unlink();
            returnsLeft--;
        }
        return true;
    }

    /** Of one that need not have happened: whether anything left could tell that it did. */
    private boolean isWorthTrying(Event call, long after) {
        if (!needed.containsKey(after) && !unwanted.containsKey(state)) {
            return false;
        }
        var action = operations.get(call.operation).action();
        for (var earlier = call.previous; earlier != null; earlier = earlier.previous) {
            if (earlier != head
                    && !earlier.isReturn
                    && earlier.matching == null
                    && operations.get(earlier.operation).action().equals(action)) {
                return false;
            }
        }
        return true;
    }

    private void count(int operation, int by) {
        switch (operations.get(operation).action()) {
            case Read(long value) -> add(needed, value, by);
            case Write(long _) -> {}
            case Swap(long expected, long _, boolean done) ->
                    add(done ? needed : unwanted, expected, by);
        }
    }

    private static void add(Map<Long, Integer> counts, long value, int by) {
        counts.merge(value, by, (a, b) -> a + b == 0 ? null : a + b);
    }

    /** Undoes a choice; where to go on. */
    private @Nullable Event giveBack(Choice choice) {
        var call = choice.call;
        explained.clear(call.operation);
        count(call.operation, 1);
        state = choice.stateBefore;
        if (call.matching != null) {
            call.matching.relink();
            returnsLeft++;
        }
        call.relink();
        return call.next;
    }

    /** The report shows where the search got furthest: what follows there explains the fault. */
    private void noteStuckAt(Event end) {
        if (explained.cardinality() <= furthest) {
            return;
        }
        furthest = explained.cardinality();
        var text =
                new StringBuilder("not linearizable: no moment for ")
                        .append(operations.get(end.operation))
                        .append("\n  after ");
        choices.stream()
                .limit(SHOWN)
                .forEach(
                        choice ->
                                text.append("\n    ")
                                        .append(operations.get(choice.call.operation)));
        text.append("\n  the value is ").append(state).append("; not explained are also");
        var event = head.next;
        for (int i = 0; i < SHOWN && event != null; i++, event = event.next) {
            if (!event.isReturn && event.operation != end.operation) {
                text.append("\n    ").append(operations.get(event.operation));
            }
        }
        stuck = text.toString();
    }
}

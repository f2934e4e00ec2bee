package dev.atoll.system.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** All that was seen of one instance. Thread-safe. */
public final class InstanceHistory {
    private final String name;
    private final Map<String, Queue<RegisterOperation>> registers = new ConcurrentHashMap<>();
    private final Queue<ListOperation> list = new ConcurrentLinkedQueue<>();
    private final Queue<CommitOperation> commits = new ConcurrentLinkedQueue<>();
    private final AtomicInteger unknown = new AtomicInteger();
    private final Map<String, Long> states = new ConcurrentHashMap<>();
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();

    /** A history of which nothing happened yet: registers hold 0, the list is empty. */
    public InstanceHistory(String name) {
        this.name = name;
    }

    /** Notes an operation on a register. */
    public void add(String register, RegisterOperation operation) {
        registers.computeIfAbsent(register, _ -> new ConcurrentLinkedQueue<>()).add(operation);
    }

    /** Notes an operation on the list. */
    public void add(ListOperation operation) {
        list.add(operation);
    }

    /** Notes which commit a reply named. */
    public void add(CommitOperation operation) {
        commits.add(operation);
    }

    /** Notes that an operation may have made a commit that no reply names. */
    public void addUnknown() {
        unknown.incrementAndGet();
    }

    /**
     * Notes what something was as of a commit: that is the same for all who see it, also if a crash
     * came in between.
     */
    public void addState(long commit, String what, long value) {
        var other = states.putIfAbsent(commit + ": " + what, value);
        if (other != null && other != value) {
            add("as of commit " + commit + ", " + what + " is " + value + ", and was " + other);
        }
    }

    /** Notes what is wrong already. */
    public void add(String problem) {
        problems.add(problem);
    }

    /** How many operations were noted. */
    public int size() {
        return list.size() + registers.values().stream().mapToInt(Queue::size).sum();
    }

    /** What is wrong; nothing if one serial execution explains it all. */
    public List<String> check() {
        var found = new ArrayList<>(problems);
        registers.forEach(
                (register, operations) ->
                        RegisterCheck.problem(0, List.copyOf(operations))
                                .ifPresent(problem -> found.add(register + ": " + problem)));
        ListCheck.problem(List.copyOf(list)).ifPresent(problem -> found.add("list: " + problem));
        CommitCheck.problem(List.copyOf(commits), unknown.get())
                .ifPresent(problem -> found.add("commits: " + problem));
        return found.stream().map(problem -> name + ": " + problem).toList();
    }
}

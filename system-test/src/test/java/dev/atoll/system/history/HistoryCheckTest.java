package dev.atoll.system.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.system.history.RegisterOperation.Action;
import dev.atoll.system.history.RegisterOperation.Read;
import dev.atoll.system.history.RegisterOperation.Swap;
import dev.atoll.system.history.RegisterOperation.Write;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The checks find what is wrong, and nothing where nothing is: worked out by hand. */
class HistoryCheckTest {
    @Test
    void acceptsWhatHappenedOneAfterTheOther() {
        assertRight(
                at(0, 1, new Read(0)),
                at(2, 3, new Write(7)),
                at(4, 5, new Read(7)),
                at(6, 7, new Swap(7, 8, true)),
                at(8, 9, new Swap(7, 9, false)),
                at(10, 11, new Read(8)));
    }

    @Test
    void acceptsEitherOrderOfWhatOverlaps() {
        assertRight(at(0, 10, new Write(1)), at(0, 10, new Write(2)), at(11, 12, new Read(1)));
        assertRight(at(0, 10, new Write(1)), at(0, 10, new Write(2)), at(11, 12, new Read(2)));
        // The read saw the write before its reply was there.
        assertRight(at(0, 10, new Write(1)), at(2, 3, new Read(1)), at(11, 12, new Read(1)));
    }

    @Test
    void findsAStaleRead() {
        assertWrong(at(0, 1, new Write(1)), at(2, 3, new Write(2)), at(4, 5, new Read(1)));
    }

    @Test
    void findsALostWrite() {
        assertWrong(at(0, 1, new Write(1)), at(2, 3, new Read(0)));
    }

    @Test
    void findsAValueThatWasSeenAndVanished() {
        // Nobody knows whether the write happened: both are fine, but not both.
        assertRight(open(0, new Write(1)), at(2, 3, new Read(0)));
        assertRight(open(0, new Write(1)), at(2, 3, new Read(1)), at(4, 5, new Read(1)));
        assertWrong(open(0, new Write(1)), at(2, 3, new Read(1)), at(4, 5, new Read(0)));
    }

    @Test
    void findsReadsThatSawTwoWritesInBothOrders() {
        assertWrong(
                at(0, 20, new Write(1)),
                at(0, 20, new Write(2)),
                at(1, 2, new Read(1)),
                at(3, 4, new Read(2)),
                at(5, 6, new Read(1)));
    }

    @Test
    void findsAValueThatNobodyWroteOrThatComesBeforeItsWrite() {
        assertWrong(at(0, 1, new Read(5)));
        assertWrong(at(0, 1, new Read(5)), at(2, 3, new Write(5)));
    }

    @Test
    void findsASwapThatTwoWon() {
        assertWrong(at(0, 9, new Swap(0, 1, true)), at(0, 9, new Swap(0, 2, true)));
        assertRight(at(0, 9, new Swap(0, 1, true)), at(0, 9, new Swap(0, 2, false)));
    }

    @Test
    void findsASwapThatWasRefusedForAStateThatWasNot() {
        // An error says something too: here that a row was there, which none had put in.
        assertWrong(at(0, 1, new Swap(0, 1, false)));
        assertRight(open(0, new Swap(0, 1, true)), at(2, 3, new Swap(0, 1, false)));
        assertWrong(
                open(0, new Swap(0, 1, true)),
                at(2, 3, new Swap(0, 1, false)),
                at(4, 5, new Read(0)));
    }

    @Test
    void findsAWriteThatHappenedTwice() {
        assertWrong(
                open(0, new Write(1)),
                at(1, 2, new Read(1)),
                at(3, 4, new Write(2)),
                at(5, 6, new Read(2)),
                at(7, 8, new Read(1)));
    }

    @Test
    void anOperationOfUnknownOutcomeMayHappenLate() {
        assertRight(
                open(0, new Write(1)),
                at(1, 2, new Write(2)),
                at(3, 4, new Read(2)),
                at(5, 6, new Read(1)));
    }

    /** The search must agree with trying all orders. */
    @Test
    void agreesWithTryingAllOrders() {
        int wrong = 0;
        for (int seed = 0; seed < 3_000; seed++) {
            var operations = randomHistory(new Random(seed));
            boolean expected = isExplainedBySomeOrder(0, operations);
            wrong += expected ? 0 : 1;
            assertThat(RegisterCheck.problem(0, operations).isEmpty())
                    .as("seed %s: %s", seed, operations)
                    .isEqualTo(expected);
        }
        assertThat(wrong).isBetween(300, 2_700);
    }

    @Test
    void doesNotTakeForeverOnALongHistoryWithMuchAtOnce() {
        var random = new Random(1);
        var operations = new ArrayList<RegisterOperation>();
        long value = 0;
        for (int i = 1; i < 4_000; i++) {
            // The moment is i; up to ten others overlap.
            long start = 10L * i - random.nextInt(50);
            long end = 10L * i + random.nextInt(50);
            if (i % 100 == 0) {
                operations.add(open(start, new Write(-i)));
            }
            if (random.nextBoolean()) {
                value = i;
                operations.add(at(start, end, new Write(i)));
            } else {
                operations.add(at(start, end, new Read(value)));
            }
        }
        assertThat(RegisterCheck.problem(0, operations)).isEmpty();
        operations.add(at(50_000, 50_001, new Read(1)));
        assertThat(RegisterCheck.problem(0, operations)).isPresent();
    }

    @Test
    void acceptsAListThatGrows() {
        assertListRight(
                append(0, 1, 10),
                read(2, 3, 0, 10),
                append(2, 5, 11),
                append(2, 5, 12),
                read(3, 4, 0, 10, 12),
                read(6, 7, 1, 12, 11),
                appendUnknown(8, 13),
                appendUnknown(8, 14),
                read(9, 10, 0, 10, 12, 11, 14));
    }

    @Test
    void findsALostAppend() {
        assertListWrong(append(0, 1, 10), read(2, 3, 0));
        assertListWrong(append(0, 1, 10), append(2, 3, 11), read(4, 5, 0, 11));
        assertListWrong(append(0, 1, 10), append(2, 3, 11), read(4, 5, 0, 10));
    }

    @Test
    void findsADoubleAppend() {
        assertListWrong(append(0, 1, 10), read(2, 3, 0, 10, 10));
        assertListWrong(append(0, 1, 10), append(0, 1, 11), read(2, 3, 0, 10, 11, 10));
        assertListWrong(appendUnknown(0, 10), append(2, 3, 11), read(4, 5, 0, 10, 11, 10));
    }

    @Test
    void findsAnItemThatWasSeenAndVanished() {
        assertListRight(appendUnknown(0, 10), read(1, 2, 0), read(3, 4, 0, 10));
        assertListWrong(appendUnknown(0, 10), read(1, 2, 0, 10), read(3, 4, 0));
        assertListWrong(
                appendUnknown(0, 10), read(1, 2, 0, 10), append(3, 4, 11), read(5, 6, 0, 11));
    }

    @Test
    void findsAnOrderThatChangedOrIsNotThatOfTime() {
        assertListWrong(
                append(0, 9, 10),
                append(0, 9, 11),
                read(10, 11, 0, 10, 11),
                read(10, 11, 0, 11, 10));
        assertListWrong(append(0, 1, 10), append(2, 3, 11), read(4, 5, 0, 11, 10));
        assertListWrong(append(0, 9, 10), append(2, 9, 11), read(0, 1, 0, 11, 10));
    }

    @Test
    void findsAPlaceThatAReplyNamedAndThatWasGivenAgain() {
        assertListWrong(
                append(0, 1, 10),
                ListOperation.last("a", new Interval(0, 1), 1, 10),
                append(2, 3, 11),
                ListOperation.last("a", new Interval(2, 3), 1, 11));
    }

    @Test
    void findsAnItemThatNobodySentOrThatWasCertainlyRefused() {
        assertListWrong(read(0, 1, 0, 10));
    }

    @Test
    void findsCommitNumbersThatGoBackOrAreMadeTwiceOrLeftOut() {
        assertThat(CommitCheck.problem(List.of(made(0, 1, 1), made(2, 3, 2), saw(4, 5, 2)), 0))
                .isEmpty();
        assertThat(CommitCheck.problem(List.of(made(0, 5, 2), made(2, 3, 1), saw(3, 4, 2)), 0))
                .isEmpty();
        assertThat(CommitCheck.problem(List.of(made(0, 1, 1), made(0, 1, 1)), 0)).isPresent();
        assertThat(CommitCheck.problem(List.of(made(0, 1, 2), made(2, 3, 1)), 0)).isPresent();
        assertThat(CommitCheck.problem(List.of(made(0, 1, 1), saw(2, 3, 0)), 0)).isPresent();
        assertThat(CommitCheck.problem(List.of(made(0, 1, 1), saw(0, 1, 2), made(2, 3, 2)), 0))
                .isPresent();
        assertThat(CommitCheck.problem(List.of(made(0, 1, 1), made(2, 3, 3)), 1)).isEmpty();
        assertThat(CommitCheck.problem(List.of(made(0, 1, 1), made(2, 3, 3)), 0)).isPresent();
    }

    @Test
    void findsOneCommitWithTwoStates() {
        var history = new InstanceHistory("i");
        history.addState(3, "register a", 1);
        history.addState(4, "register a", 2);
        history.addState(3, "register a", 1);
        assertThat(history.check()).isEmpty();
        history.addState(3, "register a", 2);
        assertThat(history.check()).hasSize(1);
    }

    @Test
    void putsAllChecksOfAnInstanceTogether() {
        var history = new InstanceHistory("i");
        history.add("a", at(0, 1, new Read(5)));
        history.add(read(0, 1, 0, 10));
        history.add(made(0, 1, 2));
        assertThat(history.check())
                .hasSize(3)
                .anyMatch(problem -> problem.startsWith("i: a: not linearizable"))
                .anyMatch(problem -> problem.startsWith("i: list: "))
                .anyMatch(problem -> problem.startsWith("i: commits: "));
    }

    private static void assertRight(RegisterOperation... operations) {
        assertThat(RegisterCheck.problem(0, List.of(operations))).isEmpty();
    }

    private static void assertWrong(RegisterOperation... operations) {
        assertThat(RegisterCheck.problem(0, List.of(operations))).isPresent();
    }

    private static void assertListRight(ListOperation... operations) {
        assertThat(ListCheck.problem(List.of(operations))).isEmpty();
    }

    private static void assertListWrong(ListOperation... operations) {
        assertThat(ListCheck.problem(List.of(operations))).isPresent();
    }

    private static RegisterOperation at(long start, long end, Action action) {
        return new RegisterOperation("a", new Interval(start, end), action, true);
    }

    private static RegisterOperation open(long start, Action action) {
        return new RegisterOperation("a", Interval.openSince(start), action, false);
    }

    private static ListOperation append(long start, long end, long item) {
        return new ListOperation.Append("a", new Interval(start, end), item, true);
    }

    private static ListOperation appendUnknown(long start, long item) {
        return new ListOperation.Append("a", Interval.openSince(start), item, false);
    }

    private static ListOperation read(long start, long end, int from, long... items) {
        var shown = Arrays.stream(items).boxed().toList();
        return new ListOperation.Read("a", new Interval(start, end), from, shown);
    }

    private static CommitOperation made(long start, long end, long commit) {
        return new CommitOperation("a", new Interval(start, end), commit, true);
    }

    private static CommitOperation saw(long start, long end, long commit) {
        return new CommitOperation("a", new Interval(start, end), commit, false);
    }

    private static List<RegisterOperation> randomHistory(Random random) {
        var operations = new ArrayList<RegisterOperation>();
        for (int i = 0; i < 6; i++) {
            long start = random.nextInt(12);
            var action = randomAction(random);
            operations.add(
                    random.nextInt(5) == 0
                            ? open(start, done(action))
                            : at(start, start + random.nextInt(8), action));
        }
        return operations;
    }

    private static Action randomAction(Random random) {
        int value = random.nextInt(3);
        return switch (random.nextInt(3)) {
            case 0 -> new Read(value);
            case 1 -> new Write(value);
            default -> new Swap(value, random.nextInt(3), random.nextInt(3) > 0);
        };
    }

    private static Action done(Action action) {
        return action instanceof Swap(long expected, long next, boolean _)
                ? new Swap(expected, next, true)
                : action;
    }

    private static boolean isExplainedBySomeOrder(long state, List<RegisterOperation> left) {
        if (left.stream().noneMatch(RegisterOperation::certain)) {
            return true;
        }
        for (var next : left) {
            var after = next.action().apply(state);
            boolean first = left.stream().noneMatch(other -> other.when().isBefore(next.when()));
            if (after.isPresent() && first) {
                var rest = new ArrayList<>(left);
                rest.remove(next);
                if (isExplainedBySomeOrder(after.getAsLong(), rest)) {
                    return true;
                }
            }
        }
        return false;
    }
}

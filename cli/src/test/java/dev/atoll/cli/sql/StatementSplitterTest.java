package dev.atoll.cli.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import org.junit.jupiter.api.Test;

class StatementSplitterTest {
    @Test
    void cutsAtSemicolons() {
        assertThat(StatementSplitter.split("SELECT 1; SELECT 2;\n SELECT 3"))
                .containsExactly("SELECT 1;", "SELECT 2;", "SELECT 3");
    }

    @Test
    void leavesSemicolonsInQuotesAndCommentsAlone() {
        assertThat(
                        StatementSplitter.split(
                                "SELECT ';', 'it''s;', \"a;b\", [c;d], `e;f`; /* ; */ SELECT -- ;\n 2;"))
                .containsExactly(
                        "SELECT ';', 'it''s;', \"a;b\", [c;d], `e;f`;", "/* ; */ SELECT -- ;\n 2;");
    }

    @Test
    void keepsATriggerTogether() {
        var trigger =
                "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET n = CASE WHEN n THEN 1 END;"
                        + " DELETE FROM c; END;";
        assertThat(StatementSplitter.split(trigger + " SELECT 1"))
                .containsExactly(trigger, "SELECT 1");
        assertThat(StatementSplitter.isComplete("create temp trigger t begin select 1;")).isFalse();
    }

    @Test
    void findsNoneInEmptyTextAndComments() {
        assertThat(StatementSplitter.split(" ;; -- nothing\n /* at all */ ;")).isEmpty();
        assertThat(StatementSplitter.isComplete("")).isTrue();
    }

    @Test
    void waitsForTheEndOfTheStatement() {
        assertThat(List.of("SELECT 1", "SELECT ';", "/* open", "SELECT \"a;"))
                .noneMatch(StatementSplitter::isComplete);
        assertThat(List.of("SELECT 1;", "SELECT ';';", "-- only this", "SELECT 1; -- done"))
                .allMatch(StatementSplitter::isComplete);
    }

    @Property
    void losesNothing(@ForAll @CharRange(from = ' ', to = '~') String text) {
        var joined = String.join("", StatementSplitter.split(text)).replaceAll("\\s", "");
        assertThat(isSubsequence(joined, text)).isTrue();
        assertThat(StatementSplitter.split(joined).size())
                .isLessThanOrEqualTo(StatementSplitter.split(text).size());
    }

    private static boolean isSubsequence(String part, String whole) {
        int next = 0;
        for (int i = 0; i < whole.length() && next < part.length(); i++) {
            if (whole.charAt(i) == part.charAt(next)) {
                next++;
            }
        }
        return next == part.length();
    }
}

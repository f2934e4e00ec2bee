package dev.atoll.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExpectedOutputTest {
    @Test
    void takesTheSameLinesOnly() {
        var expected = new ExpectedOutput(List.of("one", "two"));

        assertThat(expected.fits("one\ntwo\n")).isTrue();
        assertThat(expected.fits("one\ntwo\nthree\n")).isFalse();
        assertThat(expected.fits("one\n")).isFalse();
        assertThat(expected.fits("one\nTwo\n")).isFalse();
    }

    @Test
    void takesAnyTextForAnEllipsisWithinALine() {
        var expected = new ExpectedOutput(List.of("took … ms (all)"));

        assertThat(expected.fits("took 17 ms (all)")).isTrue();
        assertThat(expected.fits("took 17 s (all)")).isFalse();
        assertThat(expected.fits("took\n17 ms (all)")).isFalse();
    }

    @Test
    void takesAnyLinesForAnEllipsisOnItsOwn() {
        var expected = new ExpectedOutput(List.of("…", "ready", "…"));

        assertThat(expected.fits("ready")).isTrue();
        assertThat(expected.fits("log\nlog\nready\nmore\n")).isTrue();
        assertThat(expected.fits("log\n")).isFalse();
    }

    @Test
    void takesNothingWhereNothingIsShown() {
        assertThat(new ExpectedOutput(List.of()).fits("\n")).isTrue();
        assertThat(new ExpectedOutput(List.of()).fits("oops\n")).isFalse();
    }
}

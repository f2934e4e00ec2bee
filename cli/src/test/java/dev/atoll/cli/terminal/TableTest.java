package dev.atoll.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    private static final Table TABLE =
            new Table(
                    List.of("id", "title"),
                    List.of(
                            Arrays.asList(1L, "Amok"),
                            Arrays.asList(12L, null),
                            Arrays.asList(3L, new byte[] {0, (byte) 0xff})));

    @Test
    void drawsNumbersToTheRight() {
        assertThat(TABLE.drawn())
                .isEqualTo(
                        """
                        id | title
                        ---+--------
                         1 | Amok
                        12 | NULL
                         3 | x'00ff'
                        """);
    }

    @Test
    void keepsEachRowOnOneLineOfTheScreen() {
        var table = new Table(List.of("a"), List.of(List.of("x\n\u001b[2J" + "y".repeat(100))));

        assertThat(table.drawn().lines().toList().getLast())
                .startsWith("x··[2Jy")
                .hasSize(60)
                .endsWith("…");
    }

    @Test
    void tellsNullFromEmptyTextInCsv() {
        var table =
                new Table(
                        List.of("a", "b,c"),
                        List.of(Arrays.asList(null, ""), Arrays.asList("say \"x\"\n", 1.5)));

        assertThat(table.csv()).isEqualTo("a,\"b,c\"\r\n,\"\"\r\n\"say \"\"x\"\"\n\",1.5\r\n");
    }

    @Test
    void writesEveryValueToJson() {
        var table =
                new Table(
                        List.of("a", "a"),
                        List.of(
                                Arrays.asList(9007199254740993L, null),
                                Arrays.asList(
                                        Double.POSITIVE_INFINITY, "\"\\\n\u0001\ud800\ud83d\ude00"),
                                Arrays.asList(new byte[] {1}, true)));

        assertThat(table.json())
                .isEqualTo(
                        "{\"columns\": [\"a\", \"a\"], \"rows\": [[9007199254740993, null],"
                                + " [\"Infinity\", \"\\\"\\\\\\n\\u0001\\ud800\ud83d\ude00\"],"
                                + " [{\"blob\": \"AQ==\"}, true]]}");
    }
}

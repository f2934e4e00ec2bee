package dev.atoll.node.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Filters of callers, and the arguments that come with them. */
class FilterTest {
    private static final Map<String, Argument> ARGUMENTS =
            Map.of(
                    "text", Argument.of("Beta"),
                    "int", Argument.of(5),
                    "real", Argument.of(1.5),
                    "bool", Argument.of(true),
                    "at", Argument.of(Instant.parse("2026-01-01T00:00:00Z")),
                    "blob", Argument.of(ByteString.copyFrom(new byte[] {1, 2})),
                    "nil", Argument.NULL,
                    "ids", Argument.of(Dynamic.of(List.of("a", "c"))),
                    "none", Argument.of(Dynamic.of(List.of())),
                    "doc", Argument.of(Dynamic.ofJson("{\"min\": 5, \"names\": [\"Beta\"]}")));

    private RuleExamples examples;

    @BeforeEach
    void open() throws SQLException {
        examples = new RuleExamples();
    }

    @AfterEach
    void close() throws SQLException {
        examples.close();
    }

    private static RuleScope filter(Map<String, Argument> arguments) {
        var types = new HashMap<String, FieldType>();
        arguments.forEach((name, argument) -> types.put(name, argument.type()));
        return new RuleScope.Filter("docs", types);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    row.title == args.text                  => b/ade
                    row.title.startsWith(args.text)         => b/ade
                    row.title.endsWith(args.text)           => b/ade
                    row.n == args.int                       => b/ade
                    row.n > args.int                        => d/abe
                    row.n > args.real                       => bd/ae
                    row.n + args.int == 10                  => b/ae
                    row.r == args.real                      => a/bde
                    row.secret == args.bool                 => ad/bce
                    args.bool                               => abcde/
                    !args.bool                              => /abcde
                    row.at == args.at                       => a/b
                    args.at == null                         => /abcde
                    row.data == args.blob                   => a/d
                    row.n == args.nil                      => /
                    args.nil == null                       => abcde/
                    has(args.text)                          => abcde/
                    row.id in args.ids                      => ac/bde
                    !(row.id in args.ids)                   => bde/ac
                    row.title in args.ids                   => /abde
                    row.id in args.none                     => /abcde
                    row.title in args.none                  => /abde
                    row.id in args.nil                     => /
                    row.id in args.doc                      => /
                    row.n == args.doc.min                   => b/ade
                    row.title in args.doc.names             => b/ade
                    row.title == args.doc.missing           => /
                    size(args.ids) == 2                     => abcde/
                    row.at < now                            => a/b
                    """)
    void take(String filter, String outcome) throws SQLException {
        assertThat(
                        examples.outcome(
                                TestSchema.OPEN,
                                filter(ARGUMENTS),
                                filter,
                                TestSchema.call(ARGUMENTS)))
                .as(filter)
                .isEqualTo(outcome);
    }

    @Test
    void anArgumentThatIsNotThereOrOfAnotherTypeIsUnknown() throws SQLException {
        var filter = "row.n == args.int || row.id in args.ids";
        for (var arguments :
                List.<Map<String, Argument>>of(
                        Map.of(),
                        Map.of("int", Argument.of("5"), "ids", Argument.of("a")),
                        Map.of("int", Argument.of(Dynamic.of(5)), "ids", Argument.of(5)))) {
            assertThat(
                            examples.outcome(
                                    TestSchema.OPEN,
                                    filter(ARGUMENTS),
                                    filter,
                                    TestSchema.call(arguments)))
                    .isEqualTo("/");
        }
    }

    @Test
    void aThousandValuesAreFound() throws SQLException {
        var literal =
                IntStream.range(0, 999)
                        .mapToObj(i -> "'00000000-0000-0000-0000-%012d'".formatted(i))
                        .collect(Collectors.joining(", ", "row.id in [", ", 'a']"));
        assertThat(
                        examples.outcome(
                                TestSchema.OPEN,
                                filter(Map.of()),
                                literal,
                                TestSchema.call(Map.of())))
                .isEqualTo("a/bcde");
    }

    @Test
    void tenThousandValuesOfAnArgumentAreFoundAndNoMore() throws SQLException {
        var ids = new ArrayList<>(Collections.nCopies(9_999, "none"));
        ids.add("b");
        var most = Map.of("ids", Argument.of(Dynamic.of(ids)));
        assertThat(
                        examples.outcome(
                                TestSchema.OPEN,
                                filter(most),
                                "row.id in args.ids",
                                TestSchema.call(most)))
                .isEqualTo("b/acde");

        ids.add("c");
        var tooMany = Map.of("ids", Argument.of(Dynamic.of(ids)));
        var rule = RuleExamples.compile(TestSchema.OPEN, filter(tooMany), "row.id in args.ids");
        assertThatThrownBy(() -> rule.bind(TestSchema.call(tooMany)))
                .isInstanceOfSatisfying(
                        Failure.class,
                        failure -> {
                            assertThat(failure.reason()).isEqualTo(Reason.LIMIT_EXCEEDED);
                            assertThat(failure)
                                    .hasMessage(
                                            "values of the list args.ids: 10001 (expected: at most"
                                                    + " 10000)");
                        });
    }

    @Test
    void aLiteralListOfTenThousandIsOverTheLimit() {
        var list =
                IntStream.range(0, 10_001)
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining(","));
        assertThat(
                        RuleExamples.problems(
                                TestSchema.OPEN, filter(Map.of()), "row.n in [" + list + "]"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.limit()).isTrue());
    }

    @Test
    void whatIsNotJsonIsRefused() {
        for (var json :
                List.of("", "{", "[1,]", "{\"a\":1}x", "'a'", "NaN", "nul", "[1 2]", "01")) {
            assertThatThrownBy(() -> Dynamic.ofJson(json))
                    .as(json)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> Dynamic.ofJson("[".repeat(100_000)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Dynamic.ofJson("[1, 1.0, 1e2, 9223372036854775808, \"a\\u0000\", null, true]"))
                .isEqualTo(Dynamic.of(Arrays.asList(1L, 1.0, 100.0, 0x1p63, "a\0", null, true)));
    }

    @Test
    void whatIsWrongWithJsonIsSaidWithItsPlace() {
        var wrong = new LinkedHashMap<String, String>();
        wrong.put("", "line 1, column 1, in $: it ends too early (expected: a whole document)");
        wrong.put(
                "{\"a\": {\"b\": 1, \"\\u0062\": 2}}",
                "line 1, column 24, in $.a.b: 'b' twice (expected: once)");
        wrong.put(
                "[1,\n nul]",
                "line 2, column 2, in $[1]: not JSON (expected: a document as RFC 8259 has it)");
        wrong.put(
                "1 2",
                "line 1, column 4, in $: not JSON (expected: a document as RFC 8259 has it)");
        wrong.put(
                "[".repeat(256),
                "line 1, column 257, in $[0][0][0][0][0][0][0][0][0][0][…: more than 255 levels"
                        + " (expected: fewer)");
        wrong.forEach(
                (json, problem) ->
                        assertThatThrownBy(() -> Dynamic.ofJson(json))
                                .as(json)
                                .hasMessage("json: " + problem));
        // As deep as a router lets claims be, with what is around them.
        assertThat(
                        Dynamic.ofJson(
                                "{\"custom\": {\"x\": " + "[".repeat(253) + "]".repeat(253) + "}}"))
                .isInstanceOf(Dynamic.Fields.class);
        // One object in another may have its names again.
        assertThat(Dynamic.ofJson("[{\"a\": {\"a\": 1}}, {\"a\": null}]"))
                .isInstanceOf(Dynamic.Items.class);
    }
}

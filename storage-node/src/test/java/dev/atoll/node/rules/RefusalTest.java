package dev.atoll.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused, where, and why. */
class RefusalTest {
    private static String refusal(RuleSchema schema, RuleScope scope, String text) {
        return RuleExamples.problems(schema, scope, text).stream()
                .map(RuleProblem::toString)
                .collect(Collectors.joining("; "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    row.ownrId == 'x' => 1:5: there is no field 'ownrId' in docs (did you mean 'ownerId'?)
                    row.zzzzzzzzz == 'x' => 1:5: there is no field 'zzzzzzzzz' in docs
                    true && row.titel == 'x' || row.sekret => 1:13: there is no field 'titel' in docs (did you mean 'title'?); 1:33: there is no field 'sekret' in docs (did you mean 'secret'?)
                    auht.id == 'x' => 1:1: there is no variable 'auht' here (did you mean 'auth'?)
                    auth.name == 'x' => 1:6: there is no field 'name' in auth
                    auth.rol == 'x' => 1:6: there is no field 'rol' in auth (did you mean 'role'?)
                    instance.key == 'x' => 1:10: there is no field 'key' in instance
                    tables.member.exists(m, true) => 1:8: there is no table 'member' in tables (did you mean 'members'?)
                    tables.members.exists(m, m.user == 'x') => 1:28: there is no field 'user' in members (did you mean 'userId'?)
                    tables.members.exists(m, row.userId == 'x') => 1:30: there is no field 'userId' in docs (did you mean 'ownerId'?)
                    m.userId == 'x' => 1:1: there is no variable 'm' here
                    args.x == 'x' => 1:1: there is no variable 'args' here
                    has(row.titl) => 1:9: there is no field 'titl' in docs (did you mean 'title'?)
                    .row.title == 'x' => 1:2: there is no variable '.row' here (did you mean 'row'?)
                    row.title.startswith('x') => 1:11: there is no function 'startswith' here (did you mean 'startsWith'?)
                    lenght(row.title) == 1 => 1:1: there is no function 'lenght' here
                    int(row.title) == 1 => 1:1: there is no function 'int' here
                    type(row.n) == type(1) => 1:1: there is no function 'type' here; 1:16: there is no function 'type' here
                    tables.members.filter(m, m.n == 1) == [] => 1:16: filter() is not part of the language (expected: exists or all)
                    tables.members.exists_one(m, true) => 1:16: exists_one() is not part of the language (expected: exists or all)
                    row.meta.tags.exists(t, t == 'x') => 1:9: exists() and all() are asked of tables (expected: tables.NAME)
                    [1, 2].exists(x, x == 1) => 1:1: exists() and all() are asked of tables (expected: tables.NAME)
                    tables.exists(m, true) => 1:1: exists() and all() are asked of tables (expected: tables.NAME)
                    row.n == 5u => 1:10: unsigned numbers are not part of the language
                    {'a': 1}.a == 1 => 1:1: maps are not part of the language
                    row.title == 'x' && docs{id: 1} => 1:25: maps are not part of the language
                    """)
    void names(String rule, String refusal) {
        assertThat(refusal(TestSchema.OPEN, TestSchema.RULE, rule)).isEqualTo(refusal);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    row.title == 5 => 1:11: '==' does not take (text, integer)
                    row.n == 1.0 => 1:7: '==' does not take (integer, real)
                    row.n == '1' => 1:7: '==' does not take (integer, text)
                    row.count == null => 1:11: '==' does not take (integer, null)
                    auth.role == null => 1:11: '==' does not take (text, null)
                    row.n + row.r > 1.0 => 1:7: '+' does not take (integer, real)
                    row.at + 5 > now => 1:8: '+' does not take (datetime, integer)
                    !row.title => 1:1: '!' does not take (text)
                    -row.title == 'x' => 1:1: '-' does not take (text)
                    row.title && true => 1:11: '&&' does not take (text, boolean)
                    row.title < 5 => 1:11: '<' does not take (text, integer)
                    row.title.contains(5) => 1:19: contains() does not take text.(integer)
                    size(row.n) == 1 => 1:5: 'size' does not take (integer)
                    row.n => 1:4: the whole is integer (expected: boolean)
                    'x' => 1:1: the whole is text (expected: boolean)
                    row.n ? true : false => 1:7: '? :' does not take (integer, boolean, boolean)
                    row.title in ['a', 1] => 1:20: an integer (expected: text)
                    row.n[0] == 1 => 1:6: '[ ]' does not take (integer, integer)
                    row.title.x == 1 => 1:10: text has no fields
                    """)
    void types(String rule, String refusal) {
        assertThat(refusal(TestSchema.OPEN, TestSchema.RULE, rule)).isEqualTo(refusal);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    row.meta => 1:4: a dynamic value is no condition (expected: … == true)
                    row.meta.open => 1:9: a dynamic value is no condition (expected: … == true)
                    !auth.custom.admin => 1:13: a dynamic value is no condition (expected: … == true)
                    true && row.meta['x'] => 1:17: a dynamic value is no condition (expected: … == true)
                    row.meta.a == row.meta.b => 1:12: dynamic values cannot be compared with each other (expected: a value of a known type on one side)
                    row.meta.a == auth.custom.b => 1:12: dynamic values cannot be compared with each other (expected: a value of a known type on one side)
                    row.meta.a + row.meta.b == 1 => 1:12: dynamic values cannot be computed with each other (expected: a value of a known type on one side)
                    row.meta['a'] + row.meta[0] == 1 => 1:15: dynamic values cannot be computed with each other (expected: a value of a known type on one side)
                    -row.meta['a'] == 1 => 1:1: dynamic values cannot be computed with each other (expected: a value of a known type on one side)
                    row.meta['a'] <= row.meta[0] => 1:15: dynamic values cannot be compared with each other (expected: a value of a known type on one side)
                    row.meta.at == row.at => 1:13: a datetime cannot be compared with a dynamic value: JSON has none
                    row.meta.at < now => 1:13: a datetime cannot be compared with a dynamic value: JSON has none
                    row.meta.x == row.data => 1:12: a blob cannot be compared with a dynamic value: JSON has none
                    row.at + row.meta.x > now => 1:18: a dynamic value is never a duration
                    row.meta.x in [row.meta.y] => 1:12: dynamic values cannot be compared with each other (expected: a value of a known type on one side)
                    row.meta.x in [] => 1:12: dynamic values cannot be compared with each other (expected: a value of a known type on one side)
                    row.title in row.ownerId => 1:11: 'in' does not take (text, text)
                    row.title in auth.custom => 1:18: not a list (expected: a literal list, or a list in JSON, a claim or an argument)
                    row.n in [1, null] => 1:14: null equals nothing (expected: … == null beside the list)
                    row.secret < true => 1:12: booleans have no order (expected: == or !=)
                    row == row => 1:1: not a single value (expected: one of its fields)
                    row == null => 1:1: never null (expected: a field, a claim or auth)
                    instance != null => 1:1: never null (expected: a field, a claim or auth)
                    auth == auth => 1:1: not a single value (expected: one of its fields)
                    auth.custom == auth.custom => 1:5: not a single value (expected: one of its fields)
                    [1] == [1] => 1:1: not a single value (expected: one of its fields)
                    row.title in [['a']] => 1:11: 'in' does not take (text, list(list(text)))
                    [1, 2] + [3] == [] => 1:8: not a single value (expected: one of its fields)
                    b'a' + b'b' == b'ab' => 1:6: only numbers, texts and times can be computed with
                    size(tables.members) > 3 => 1:12: not a single value (expected: one of its fields)
                    size([1]) == 1 => 1:6: not a single value (expected: one of its fields)
                    tables.members[0].userId == 'x' => 1:15: only JSON and claims have elements (expected: a field)
                    row.meta[row.title] == 1 => 1:13: an index has to be a literal text or number, or a text of auth, instance or args
                    row.meta[-1] == 1 => 1:11: an index has to be a literal text or number, or a text of auth, instance or args
                    row.meta['a"b'] == 1 => 1:9: a key with a quote, a backslash or a control character (expected: none of these)
                    row.title.matches(row.ownerId) => 1:22: matches() takes a literal pattern
                    row.title.matches(auth.id) => 1:23: matches() takes a literal pattern
                    row.title.matches('(') => 1:19: no pattern: missing closing ): (
                    row.title.matches('(a{1000}){1000}') => 1:19: a pattern with too many repetitions (expected: at most 1000 instructions)
                    timestamp('yesterday') < now => 1:11: 'yesterday' is no moment (expected: RFC 3339, such as 2026-01-31T12:00:00Z)
                    timestamp(row.title) < now => 1:14: timestamp() takes a literal text
                    timestamp('2026-01-01T00:00:00.0000001Z') < now => 1:11: '2026-01-01T00:00:00.0000001Z' (expected: whole microseconds)
                    duration('1 day') < duration('1h') => 1:10: '1 day' is no duration (expected: numbers with units, such as 1h30m)
                    duration('1ns') < duration('1h') => 1:10: '1ns' (expected: whole microseconds)
                    duration('99999999h') < duration('1h') => 1:10: '99999999h' (expected: at most 10,000 years)
                    has(tables.members) => 1:4: has() is for fields and claims that may be missing
                    (row.secret ? row.n : row.meta.x) == 'x' => 1:18: an integer (expected: text)
                    (row.secret ? auth.custom.x : row.n) == 'x' => 1:34: an integer (expected: text)
                    """)
    void whatSqlCannotSay(String rule, String refusal) {
        assertThat(refusal(TestSchema.OPEN, TestSchema.RULE, rule)).isEqualTo(refusal);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    '' => 1:1: ends too early
                    && => 1:1: not understood: &&
                    row. => 1:5: not understood: .
                    row.title == 'x => 1:14: not understood: 'x
                    (true => 1:6: ends too early (expected: ))
                    true) => 1:5: not understood: )
                    row.title = 'x' => 1:11: not understood: =
                    row.title == 'x' and true => 1:18: not understood: and
                    ; => 1:1: not understood: ;
                    true ? false => 1:13: ends too early
                    '\\ud800' == row.title => 1:1: Invalid unicode code point
                    9223372036854775808 == row.n => 1:1: 9223372036854775808 does not fit into 64 bits
                    tables.members.exists(m.n, true) => 1:24: The argument must be a simple name
                    has(row) => 1:4: invalid argument to has() macro
                    """)
    void syntax(String rule, String refusal) {
        var text = rule.equals("''") ? "" : rule;
        assertThat(refusal(TestSchema.OPEN, TestSchema.RULE, text)).isEqualTo(refusal);
    }

    @Test
    void linesAndColumnsCountCharacters() {
        var rule = "row.title == '𝄞é' &&\n  // a comment\n  '𝄞' == row.titel";
        assertThat(refusal(TestSchema.OPEN, TestSchema.RULE, rule))
                .isEqualTo("3:14: there is no field 'titel' in docs (did you mean 'title'?)");
    }

    @Test
    void undeclaredClaimsAreRefusedWhereSomeAreDeclared() {
        assertThat(refusal(TestSchema.DECLARED, TestSchema.RULE, "auth.custom.plna == 'pro'"))
                .isEqualTo("1:13: there is no claim 'plna' in auth.custom (did you mean 'plan'?)");
        assertThat(refusal(TestSchema.DECLARED, TestSchema.RULE, "auth.custom.level == 'x'"))
                .isEqualTo("1:19: '==' does not take (integer, text)");
        assertThat(refusal(TestSchema.DECLARED, TestSchema.RULE, "auth.custom['plan'] == 'x'"))
                .isEqualTo("1:12: '[ ]' does not take (the claims, text)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    row.ownerId == auth.id => 1:16: there is no variable 'auth' here
                    instance.id == 'x' => 1:1: there is no variable 'instance' here
                    tables.members.exists(m, true) => 1:1: there is no variable 'tables' here; 1:1: exists() and all() are for rules, not for filters
                    row.n > args.mni => 1:14: there is no argument 'mni' in args (did you mean 'min'?)
                    row.title == args.min => 1:11: '==' does not take (text, integer)
                    args.doc == args.doc => 1:10: dynamic values cannot be compared with each other (expected: a value of a known type on one side)
                    """)
    void filters(String filter, String refusal) {
        var scope =
                new RuleScope.Filter(
                        "docs", Map.of("min", FieldType.INTEGER, "doc", FieldType.JSON));
        assertThat(refusal(TestSchema.OPEN, scope, filter)).isEqualTo(refusal);
    }

    @Test
    void instanceRulesHaveNoRow() {
        assertThat(refusal(TestSchema.OPEN, new RuleScope.InstanceRule(), "row.n == 1"))
                .isEqualTo("1:1: there is no variable 'row' here");
    }
}

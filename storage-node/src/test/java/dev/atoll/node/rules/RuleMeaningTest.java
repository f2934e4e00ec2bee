package dev.atoll.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What rules mean. Each line has a rule, the rows of {@link RuleExamples} for which it is true, and
 * those for which it is false; it is unknown for the rest.
 */
class RuleMeaningTest {
    private RuleExamples examples;

    @BeforeEach
    void open() throws SQLException {
        examples = new RuleExamples();
    }

    @AfterEach
    void close() throws SQLException {
        examples.close();
    }

    private void check(String rule, String outcome) throws SQLException {
        var found =
                examples.outcome(
                        TestSchema.OPEN, TestSchema.RULE, rule, TestSchema.call(TestSchema.ALICE));
        assertThat(found).as(rule).isEqualTo(outcome);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    true                                            => abcde/
                    false                                           => /abcde
                    row.secret                                      => ad/bce
                    !row.secret                                     => bce/ad
                    row.secret == false                             => bce/ad
                    row.secret != false                             => ad/bce
                    row.flag                                        => ae/b
                    row.flag == row.secret                          => ab/e
                    row.flag == !row.secret                         => e/ab
                    (row.n == 1) == (row.n > 0)                     => ae/bd
                    (row.n == 1) != row.secret                      => d/abe
                    row.n == 5                                      => b/ade
                    row.n != 5                                      => ade/b
                    !(row.n == 5)                                   => ade/b
                    row.n < 5                                       => ae/bd
                    row.n <= 5                                      => abe/d
                    row.n > 5                                       => d/abe
                    row.n >= 5                                      => bd/ae
                    row.n < 1.5                                     => ae/bd
                    row.n < 9223372036854775808.0                   => abde/
                    row.n >= 9223372036854775808.0                  => /abde
                    row.n == null                                   => c/abde
                    row.n != null                                   => abde/c
                    null == row.n                                   => c/abde
                    row.at == null                                  => cde/ab
                    row.flag == null                                => cd/abe
                    row.data == null                                => bce/ad
                    row.n == row.n                                  => abde/
                    row.n != row.n                                  => /abde
                    row.ownerId == auth.id                          => ad/be
                    row.ownerId != auth.id                          => be/ad
                    row.ownerId == 'o\\'brien'                      => e/abd
                    row.title == ''                                 => e/abd
                    row.title < 'B'                                 => ae/bd
                    row.data == b'\\x01\\x02'                       => a/d
                    row.data == b''                                 => d/a
                    row.data < b'\\x01'                             => d/a
                    row.secret == false || auth.id == row.ownerId   => abcde/
                    row.n > 0 && row.secret                         => ad/bce
                    row.n > 0 || row.secret                         => abd/e
                    !(row.n > 0 && !row.secret)                     => ade/b
                    row.flag ? row.n == 1 : row.n == 5              => ab/e
                    row.secret ? true : row.flag                    => ade/b
                    (row.flag ? row.n : row.count) == 1             => a/be
                    (row.secret ? row.title : null) == null         => bce/ad
                    (row.flag ? null : row.title) == null           => ae/b
                    (row.flag ? row.title : null) == 'Alpha'        => a/e
                    has(row.n)                                      => abde/c
                    has(row.meta)                                   => acde/b
                    """)
    void comparesFields(String rule, String outcome) throws SQLException {
        check(rule, outcome);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    row.n + 1 == 2                                  => a/be
                    row.n + 1 > row.n                               => abe/
                    row.n - 1 < row.n                               => abd/
                    row.n * 2 == 10                                 => b/a
                    row.n * -1 == -5                                => b/ad
                    -row.n == -5                                    => b/ad
                    row.n / 2 == 2                                  => b/ade
                    row.n / -2 == -2                                => b/ade
                    row.n / 0 == 0                                  => /
                    row.n / (row.n - 5) == 0                        => a/d
                    row.n % 2 == 1                                  => abd/e
                    row.n % 0 == 0                                  => /
                    -7 % 3 == -1                                    => abcde/
                    -7 / 3 == -2                                    => abcde/
                    row.n + row.n - row.n == row.n                  => ab/
                    row.n + row.count + 1 == 3                      => a/be
                    row.n / -1 == row.n                             => /abd
                    9223372036854775807 + 1 > 0                     => /
                    9223372036854775807 == row.n                    => d/abe
                    -9223372036854775808 == row.n                   => e/abd
                    row.r * 2.0 == 3.0                              => a/bde
                    row.r + 0.5 > 1.0                               => ae/bd
                    row.r / 2.0 == -1.0                             => b/ade
                    row.r / 0.0 > 0.0                               => /
                    row.r * 1e300 > 1e307                           => e/abd
                    -row.r == 2.0                                   => b/ade
                    row.r * 1e300 - row.r * 1e300 == 0.0            => abd/
                    row.title + '!' == 'Beta!'                      => b/ade
                    row.title + row.ownerId == 'Betabob'            => b/ade
                    'x' + auth.id == 'xalice'                       => abcde/
                    """)
    void computes(String rule, String outcome) throws SQLException {
        check(rule, outcome);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    row.at < now                                            => a/b
                    row.at == timestamp('2026-01-01T00:00:00Z')             => a/b
                    row.at == timestamp('2026-01-01T01:00:00+01:00')        => a/b
                    row.at == timestamp('2026-12-01T00:00:00.000001Z')      => b/a
                    row.at + duration('24h') == timestamp('2026-01-02T00:00:00Z') => a/b
                    duration('24h') + row.at == timestamp('2026-01-02T00:00:00Z') => a/b
                    row.at - duration('1s') < row.at                        => ab/
                    now - row.at > duration('100h30m')                      => a/b
                    row.at - row.at == duration('0')                        => ab/
                    duration('1h') + duration('30m') == duration('1.5h')    => abcde/
                    duration('1h') - duration('30m') == duration('30m')     => abcde/
                    row.at + duration('87600000h') > now                    => /
                    row.at - duration('87600000h') < now                    => /
                    now == timestamp('2026-06-15T12:00:00Z')                => abcde/
                    now == null                                             => /abcde
                    (row.at + duration('1h')) == null                       => /ab
                    """)
    void knowsTimes(String rule, String outcome) throws SQLException {
        check(rule, outcome);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    row.title.startsWith('Al')                      => a/bde
                    row.title.startsWith('')                        => abde/
                    row.title.startsWith('ét')                      => d/abe
                    row.title.startsWith('été 𝄞')                   => d/abe
                    row.title.startsWith('été 𝄞x')                  => /abde
                    row.ownerId.startsWith(auth.id)                 => ad/be
                    row.ownerId.startsWith(row.ownerId)             => abde/
                    row.title.startsWith(row.ownerId)               => /abde
                    row.title.endsWith('a')                         => ab/de
                    row.title.endsWith('')                          => abde/
                    row.title.endsWith('xBeta')                     => /abde
                    row.title.endsWith('𝄞')                         => d/abe
                    row.title.endsWith(row.title)                   => abde/
                    row.title.contains('et')                        => b/ade
                    row.title.contains('')                          => abde/
                    row.title.contains('%')                         => /abde
                    row.title.contains('é')                         => d/abe
                    row.title.matches('^[A-Z]')                     => ab/de
                    row.title.matches('a$')                         => ab/de
                    row.title.matches('^.{5}$')                     => ad/be
                    matches(row.title, 'l')                         => a/bde
                    size(row.title) == 5                            => ad/be
                    row.title.size() == 0                           => e/abd
                    size(row.data) == 2                             => a/d
                    size('é𝄞') == 2                                 => abcde/
                    size(auth.id) == 5                              => abcde/
                    """)
    void looksIntoTexts(String rule, String outcome) throws SQLException {
        check(rule, outcome);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    row.title in ['Alpha', 'Beta']                  => ab/de
                    !(row.title in ['Alpha', 'Beta'])               => de/ab
                    row.title in []                                 => /abde
                    row.n in [1, 5, row.n]                          => abde/
                    row.n in [1, row.count]                         => a/bde
                    row.count in [1, row.n]                         => a/bde
                    row.ownerId in [auth.id, 'bob']                 => abd/e
                    row.ownerId in [auth.custom.missing, 'bob']     => b/
                    row.r in [1.5, 0.0]                             => ad/be
                    row.secret in [true]                            => ad/bce
                    'x' in row.meta.tags                            => ac/
                    'y' in row.meta.tags                            => a/
                    !('z' in row.meta.tags)                         => a/
                    1 in row.meta.tags                              => c/
                    'x' in row.meta                                 => e/
                    'z' in row.meta                                 => /e
                    2.5 in row.meta.deep.k                          => a/
                    1 in row.meta.deep.k                            => a/
                    row.title in row.meta.tags                      => /a
                    row.meta.name in ['an', 'b']                    => a/
                    row.meta.level in [3, 4]                        => a/
                    't1' in auth.custom.teams                       => abcde/
                    't3' in auth.custom.teams                       => /abcde
                    't1' in auth.custom.mixed                       => abcde/
                    't3' in auth.custom.mixed                       => /
                    't1' in auth.custom.missing                     => /
                    't1' in auth.custom.plan                        => /
                    row.title in auth.custom.teams                  => /abde
                    """)
    void findsMembers(String rule, String outcome) throws SQLException {
        check(rule, outcome);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    row.meta.level == 3                             => a/
                    row.meta.level == 3.0                           => a/
                    row.meta.level != 4                             => a/
                    row.meta.level == '3'                           => c/
                    row.meta.real == 3                              => a/
                    row.meta.level > 2                              => a/
                    row.meta.level > 2.5                            => a/
                    row.meta.level + 1 == 4                         => a/
                    row.meta.real + 1 == 4                          => /
                    row.meta.real + 1.0 == 4.0                      => a/
                    row.meta.level + 1.0 == 4.0                     => /
                    row.meta.open == true                           => a/
                    row.meta.open == false                          => /a
                    row.meta.open == 1                              => c/
                    row.meta.name == 'an'                           => a/
                    row.meta.name.startsWith('a')                   => a/
                    row.meta.name.endsWith('n')                     => a/
                    row.meta.name.contains('x')                     => /a
                    row.meta.name.matches('^an$')                   => a/
                    row.meta.nothing == null                        => a/
                    row.meta.level == null                          => /ac
                    row.meta.missing == null                        => /
                    row.meta == null                                => bd/ace
                    row.meta != null                                => ace/bd
                    row.meta.deep.k[1] == 2.5                       => a/
                    row.meta.deep.k[7] == 2.5                       => /
                    row.meta['a b'] == 1                            => a/
                    row.meta[auth.id].edit == true                  => a/
                    row.meta[auth.custom.missing].edit == true      => /
                    row.meta[0] == 'x'                              => e/
                    has(row.meta.level)                             => ac/
                    has(row.meta.missing)                           => /ac
                    has(row.meta.nothing)                           => a/c
                    has(row.meta.deep.k)                            => a/
                    has(row.meta.deep.x)                            => /a
                    has(row.meta[auth.id].edit)                     => a/
                    size(row.meta.tags) == 2                        => ac/
                    size(row.meta.name) == 2                        => a/
                    size(row.meta) == 1                             => e/
                    size(row.meta.deep) == 1                        => /
                    size(row.secret ? row.meta.tags : row.title) == 4 => b/ae
                    (row.secret ? row.meta.name : 'x') == 'x'       => bce/a
                    row.title + row.meta.name == 'Alphaan'          => a/
                    """)
    void looksIntoJson(String rule, String outcome) throws SQLException {
        check(rule, outcome);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            textBlock =
                    """
                    tables.members.exists(m, m.userId == auth.id)               => abcde/
                    tables.members.exists(m, m.userId == row.ownerId)           => abd/e
                    tables.members.exists(m, m.userId == 'carol')               => /abcde
                    tables.members.exists(m, m.level > 1)                       => abcde/
                    tables.members.exists(m, m.level > 2)                       => /abcde
                    tables.members.all(m, m.level > 0)                          => abcde/
                    tables.members.all(m, m.active)                             => /abcde
                    tables.members.all(row, row.userId != '')                   => abcde/
                    tables.members.exists(row, row.userId == auth.id)           => abcde/
                    tables.members.exists(auth, auth.userId == 'alice')         => abcde/
                    tables.members.exists(a, tables.members.exists(b, a.level < b.level)) => abcde/
                    tables.members.exists(a, tables.members.all(b, a.level <= b.level)) => abcde/
                    tables.members.all(a, tables.members.exists(b, a.level < b.level)) => /abcde
                    tables.members.exists(m, m.level == row.n)                  => a/bde
                    tables.members.exists(m, row.secret && m.active)            => ad/bce
                    tables.empty.exists(e, true)                                => /abcde
                    tables.empty.all(e, false)                                  => abcde/
                    tables.members.exists(m, m.active ? m.level == 1 : false)   => abcde/
                    tables.members.exists(m, m.level == 2) ? row.secret : false => ad/bce
                    """)
    void asksOtherTables(String rule, String outcome) throws SQLException {
        check(rule, outcome);
    }
}

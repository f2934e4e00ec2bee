package dev.atoll.node.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.sqlite.Token.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizerTest {
    private static List<String> texts(String sql) {
        return Tokenizer.tokens(sql).stream().map(token -> token.text(sql)).toList();
    }

    private static List<Kind> kinds(String sql) {
        return Tokenizer.tokens(sql).stream().map(Token::kind).toList();
    }

    @Test
    void cutsAStatement() {
        assertThat(texts("SELECT a.b,'x''y' FROM[t u]WHERE c>=?1 AND \"d\"<>x'0F'--end"))
                .containsExactly(
                        "SELECT", "a", ".", "b", ",", "'x''y'", "FROM", "[t u]", "WHERE", "c", ">=",
                        "?1", "AND", "\"d\"", "<>", "x'0F'");
    }

    @Test
    void endsAtNul() {
        assertThat(texts("a b\0c")).containsExactly("a", "b");
        assertThat(kinds("'a\0b'")).containsExactly(Kind.ILLEGAL);
        assertThat(texts("/*\0*/ a")).containsExactly("/", "*");
    }

    @Test
    void takesAByteOrderMarkForSpaceOnlyWhereATokenStarts() {
        assertThat(texts("\uFEFFa\uFEFFb \uFEFF c")).containsExactly("a\uFEFFb", "c");
    }

    @Test
    void takesAVerticalTabForSpaceOnlyAfterSpace() {
        assertThat(kinds(" \u000ba")).containsExactly(Kind.WORD);
        assertThat(kinds("\u000ba")).containsExactly(Kind.ILLEGAL, Kind.WORD);
    }

    @Test
    void skipsComments() {
        assertThat(texts("a/*;*/b/**/c/*/ d */e--;\nf/* open ;"))
                .containsExactly("a", "b", "c", "e", "f");
        assertThat(texts("a/*")).containsExactly("a", "/", "*");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "?12a | VARIABLE WORD",
                "$a::b(x y) | ILLEGAL WORD RIGHT_PARENTHESIS",
                "$a::b(x) | VARIABLE",
                "$::a | VARIABLE",
                ":: | ILLEGAL ILLEGAL",
                "@a:b | VARIABLE VARIABLE",
                "$(a) | ILLEGAL LEFT_PARENTHESIS WORD RIGHT_PARENTHESIS",
                "#1 | VARIABLE",
                "1_000.5e-3 | NUMBER",
                "1e | ILLEGAL",
                "0x1f | NUMBER",
                "0x | ILLEGAL",
                ".5 | NUMBER",
                "1.a | ILLEGAL",
                "x'0' | ILLEGAL",
                "x'zz'a | ILLEGAL WORD",
                "X'0a' | BLOB",
                "!a | ILLEGAL WORD",
                "a!=b | WORD OPERATOR WORD",
                "a->>b | WORD OPERATOR WORD",
                "é | WORD",
                "[a | ILLEGAL",
                "`a``b` | QUOTED",
                "\"a | ILLEGAL",
                "a\\b | WORD ILLEGAL WORD",
                "^ | ILLEGAL"
            })
    void knowsKinds(String sql, String expected) {
        assertThat(kinds(sql).stream().map(Kind::name)).containsExactly(expected.split(" ", -1));
    }

    @Test
    void takesOffQuotes() {
        for (var sql : List.of("\"a\"\"b\"", "`a\"b`", "'a\"b'", "[a\"b]")) {
            assertThat(Tokenizer.tokens(sql).getFirst().unquoted(sql)).isEqualTo("a\"b");
        }
        assertThat(Tokenizer.tokens("[a]]").getFirst().unquoted("[a]]")).isEqualTo("a");
    }
}

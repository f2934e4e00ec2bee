package dev.atoll.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BookmarkTest {
    @Property
    void readsBackWhatItPrints(@ForAll long incarnation, @ForAll long commit) {
        var bookmark = new Bookmark(incarnation, commit);
        assertThat(Bookmark.parse(bookmark.toString())).isEqualTo(bookmark);
    }

    @Property
    void isOrderedAsText(@ForAll long i, @ForAll long a, @ForAll long j, @ForAll long b) {
        var one = new Bookmark(i, a);
        var other = new Bookmark(j, b);
        assertThat(Integer.signum(one.toString().compareTo(other.toString())))
                .isEqualTo(Integer.signum(one.compareTo(other)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "v1-1-2", "v2-0000000000000001-0000000000000002"})
    void refusesOtherTexts(String text) {
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> Bookmark.parse(text))
                .extracting(Failure::reason)
                .isEqualTo(Reason.BOOKMARK_INVALID);
    }
}

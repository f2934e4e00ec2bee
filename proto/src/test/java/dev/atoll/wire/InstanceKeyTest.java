package dev.atoll.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstanceKeyTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "user:alice",
                "catalog",
                "a",
                "a-b_c9:x",
                "user:%61lice",
                "user:Alice",
                "user:né 😀",
                "user:a/b\\c",
                "user:' OR 1=1 --"
            })
    void readsBackWhatItPrints(String text) {
        assertThat(InstanceKey.parse(text)).hasToString(text);
        assertThat(InstanceKey.ofBytes(text.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(InstanceKey.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":a",
                "user:",
                "User:a",
                "1user:a",
                "user:a:b",
                "user: ",
                "user:\u2003",
                "user:a\u0000b",
                "user:a\nb",
                "user:\u007f",
                "user:\u0085",
                "us er:a",
                "é:a",
                "user:\ud800"
            })
    void refusesWhatIsNotAKey(String text) {
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> InstanceKey.parse(text))
                .extracting(Failure::reason)
                .isEqualTo(Reason.INSTANCE_KEY_INVALID);
    }

    @Test
    void countsTheIdInBytes() {
        assertThat(new InstanceKey("user", "é".repeat(128)).bytes()).hasSize(5 + 256);
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> new InstanceKey("user", "é".repeat(128) + "a"))
                .withMessageContaining("257 bytes")
                .withMessageContaining("256");
    }

    @Test
    void acceptsANamespaceOf63CharactersAndNoMore() {
        assertThat(new InstanceKey("n".repeat(63), "").namespace()).hasSize(63);
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> new InstanceKey("n".repeat(64), ""));
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> InstanceKey.ofBytes(new byte[] {'u', ':', (byte) 0xff}))
                .extracting(Failure::reason)
                .isEqualTo(Reason.INSTANCE_KEY_INVALID);
    }

    @Test
    void ordersByUnsignedBytesAndNotByUtf16() {
        var beyondBmp = new InstanceKey("u", "😀");
        var privateUse = new InstanceKey("u", "\uff61");
        assertThat(beyondBmp).isGreaterThan(privateUse);
        assertThat(new InstanceKey("a", "")).isLessThan(new InstanceKey("a", "0"));
    }

    @Property
    void neverFailsInAnyOtherWay(@ForAll @StringLength(max = 300) String text) {
        try {
            var key = InstanceKey.parse(text);
            assertThat(key).hasToString(text);
            assertThat(InstanceKey.ofBytes(key.bytes())).isEqualTo(key);
            assertThat(InstanceKey.of(key.toProto())).isEqualTo(key);
        } catch (Failure e) {
            assertThat(e.reason()).isEqualTo(Reason.INSTANCE_KEY_INVALID);
        }
    }
}

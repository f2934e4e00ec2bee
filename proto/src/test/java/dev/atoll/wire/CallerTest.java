package dev.atoll.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.atoll.proto.internal.v1.CallerRecord;
import org.junit.jupiter.api.Test;

class CallerTest {
    @Test
    void survivesTheWire() {
        var caller = new Caller(Caller.Kind.SERVICE, "https://id.example", "billing");
        assertThat(Caller.of(caller.toProto())).isEqualTo(caller);
    }

    @Test
    void keepsPrincipalsOfOtherIssuersAndKindsApart() {
        var one = new Caller(Caller.Kind.USER, "a", "bc").principal();
        assertThat(one)
                .isNotEqualTo(new Caller(Caller.Kind.USER, "ab", "c").principal())
                .isNotEqualTo(new Caller(Caller.Kind.SERVICE, "a", "bc").principal());
    }

    @Test
    void refusesACallerOfNoKind() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Caller.of(CallerRecord.getDefaultInstance()))
                .withMessageContaining("caller kind: 0");
    }
}

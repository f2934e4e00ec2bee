package dev.atoll.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.proto.internal.v1.LinkError;
import io.grpc.Status;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LinkFailureTest {
    @Test
    void aFailureComesBackWhole() {
        var sent =
                Failure.of(Reason.OVERLOADED, "too much")
                        .with("limit", "7")
                        .retryAfter(Duration.ofMillis(50));

        var exception = LinkFailure.exception(LinkFailure.of(sent));

        var back = FailureStatus.find(exception.getStatus(), exception.getTrailers()).orElseThrow();
        assertThat(back.reason()).isEqualTo(Reason.OVERLOADED);
        assertThat(back.message()).isEqualTo("too much");
        assertThat(back.details()).isEqualTo(sent.details());
        assertThat(back.retryAfter()).contains(Duration.ofMillis(50));
    }

    @Test
    void aBareStatusStaysBare() {
        var sent = Status.UNIMPLEMENTED.withDescription("not here").asRuntimeException();

        var exception = LinkFailure.exception(LinkFailure.of(sent));

        assertThat(exception.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
        assertThat(exception.getStatus().getDescription()).isEqualTo("not here");
        assertThat(FailureStatus.find(exception.getStatus(), exception.getTrailers())).isEmpty();
    }

    @Test
    void anUnknownReasonIsABareStatus() {
        var error =
                LinkError.newBuilder()
                        .setCode(Status.Code.ABORTED.value())
                        .setReason("OF_A_LATER_VERSION")
                        .setMessage("later")
                        .build();

        var exception = LinkFailure.exception(error);

        assertThat(exception.getStatus().getCode()).isEqualTo(Status.Code.ABORTED);
        assertThat(FailureStatus.find(exception.getStatus(), exception.getTrailers())).isEmpty();
    }
}

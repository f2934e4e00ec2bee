package dev.atoll.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailureStatusTest {
    @ParameterizedTest
    @EnumSource(Reason.class)
    void carriesEveryReasonThereAndBack(Reason reason) {
        var failure =
                Failure.of(reason, "limit: 7 (expected: at most 5)")
                        .with("limit", "5")
                        .inOperation(2)
                        .retryAfter(Duration.ofMillis(1500));

        var exception = FailureStatus.exception(failure);
        var back = FailureStatus.find(exception.getStatus(), exception.getTrailers()).orElseThrow();

        assertThat(exception.getStatus().getCode()).isEqualTo(reason.code());
        assertThat(back.reason()).isEqualTo(reason);
        assertThat(back.message()).isEqualTo(failure.message());
        assertThat(back.details()).isEqualTo(failure.details()).containsEntry("operation", "2");
        assertThat(back.retryAfter()).contains(Duration.ofMillis(1500));
    }

    @Test
    void findsNothingInABareStatus() {
        assertThat(FailureStatus.find(Status.UNAVAILABLE, null)).isEmpty();
        assertThat(FailureStatus.find(Status.UNAVAILABLE, new Metadata())).isEmpty();
    }

    @Test
    void onlyReasonsWithARetryWereCertainlyNotExecuted() {
        assertThat(Reason.values())
                .filteredOn(Reason::neverExecuted)
                .containsExactlyInAnyOrder(
                        Reason.NOT_OWNER,
                        Reason.OVERLOADED,
                        Reason.RATE_LIMITED,
                        Reason.NODE_FULL,
                        Reason.NODE_UNAVAILABLE,
                        Reason.SHUTTING_DOWN);
    }
}

package dev.atoll.system.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * What a refused call said, read from the wire and not by our own mapping. Immutable.
 *
 * @param reason of the ErrorInfo; empty where there is none
 * @param retryInfo whether the call said when to try again
 */
public record Refusal(
        Status.Code code,
        String reason,
        String message,
        Map<String, String> details,
        boolean retryInfo) {
    private static final String DOMAIN = "atoll.dev";

    public Refusal {
        details = Map.copyOf(details);
    }

    /** Runs a call that must be refused. */
    public static Refusal of(ThrowingCallable call) {
        var thrown = Assertions.catchThrowable(call);
        assertThat(thrown)
                .as("the call must be refused")
                .isInstanceOf(StatusRuntimeException.class);
        return of((StatusRuntimeException) thrown);
    }

    /** Reads an error. */
    public static Refusal of(Throwable thrown) {
        var status = Status.fromThrowable(thrown);
        var message = String.valueOf(status.getDescription());
        var reason = "";
        Map<String, String> details = Map.of();
        boolean retryInfo = false;
        var proto = StatusProto.fromThrowable(thrown);
        if (proto != null) {
            try {
                for (var any : proto.getDetailsList()) {
                    if (any.is(RetryInfo.class)) {
                        retryInfo = true;
                    } else if (any.is(ErrorInfo.class)) {
                        var info = any.unpack(ErrorInfo.class);
                        assertThat(info.getDomain()).isEqualTo(DOMAIN);
                        reason = info.getReason();
                        details = info.getMetadataMap();
                    }
                }
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError("details cannot be read: " + proto, e);
            }
        }
        return new Refusal(status.getCode(), reason, message, details, retryInfo);
    }

    /** Holds it to be this code and reason. */
    public Refusal is(Status.Code expectedCode, String expectedReason) {
        assertThat(code + " " + reason).as(message).isEqualTo(expectedCode + " " + expectedReason);
        return this;
    }

    /** Holds its text to say each of these, in any case. */
    public Refusal saying(String... parts) {
        for (var part : parts) {
            assertThat(message).containsIgnoringCase(part);
        }
        return this;
    }

    /** Holds its details to carry this. */
    public Refusal with(String detail, String value) {
        assertThat(details).as(message).containsEntry(detail, value);
        return this;
    }
}

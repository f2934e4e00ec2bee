package dev.atoll.system.harness;

import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/** Sends bytes of the test's own making as the body of a call. Immutable. */
public final class RawCall {
    private static final MethodDescriptor.Marshaller<byte[]> BYTES =
            new MethodDescriptor.Marshaller<>() {
                @Override
                public InputStream stream(byte[] value) {
                    return new ByteArrayInputStream(value);
                }

                @Override
                public byte[] parse(InputStream stream) {
                    try {
                        return stream.readAllBytes();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            };

    private RawCall() {}

    /** Calls a method that takes and gives one message. */
    public static byte[] unary(TestClient client, MethodDescriptor<?, ?> method, byte[] body) {
        var raw =
                MethodDescriptor.<byte[], byte[]>newBuilder()
                        .setType(MethodDescriptor.MethodType.UNARY)
                        .setFullMethodName(method.getFullMethodName())
                        .setRequestMarshaller(BYTES)
                        .setResponseMarshaller(BYTES)
                        .build();
        var channel =
                ClientInterceptors.intercept(
                        client.channel(),
                        MetadataUtils.newAttachHeadersInterceptor(client.metadata()));
        var options =
                CallOptions.DEFAULT.withDeadlineAfter(
                        TestClient.DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        return ClientCalls.blockingUnaryCall(channel, raw, options, body);
    }
}

package dev.atoll.router.forward;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;

/** Knows whether a call left this process. Thread-safe. */
public final class SendTracer extends ClientStreamTracer {
    private volatile boolean sent;

    /** To be given to the one call that it is for. */
    public ClientStreamTracer.Factory factory() {
        return new ClientStreamTracer.Factory() {
            @Override
            public ClientStreamTracer newClientStreamTracer(StreamInfo info, Metadata headers) {
                return SendTracer.this;
            }
        };
    }

    /** Called once the transport has written the headers; a body never goes before them. */
    @Override
    public void outboundHeaders() {
        sent = true;
    }

    /** Whether the other side may have seen anything of it. */
    public boolean sent() {
        return sent;
    }
}

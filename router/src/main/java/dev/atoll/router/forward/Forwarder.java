package dev.atoll.router.forward;

import dev.atoll.proto.internal.v1.LinkMethod;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.router.auth.Principal;
import dev.atoll.router.auth.Right;
import dev.atoll.router.limit.RepliesWaiting;
import dev.atoll.router.placement.Placement;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/** Makes gRPC methods that hand their calls on to nodes. Thread-safe. */
public final class Forwarder {
    /** What goes over links: the calls that come by the thousand. */
    private static final Map<MethodDescriptor<?, ?>, LinkMethod> LINKED =
            Map.of(
                    DatabaseServiceGrpc.getQueryMethod(), LinkMethod.LINK_METHOD_QUERY,
                    DatabaseServiceGrpc.getMutateMethod(), LinkMethod.LINK_METHOD_MUTATE);

    final Placement placement;
    final NodeChannels channels;
    final Supplier<Principal> caller;
    final Settings settings;
    final ForwardMetrics metrics;
    final RepliesWaiting replies;
    final CallOrder order;

    /**
     * A forwarder.
     *
     * @param placement where the instances are
     * @param channels to the nodes
     * @param caller the verified caller of the current gRPC context
     */
    public Forwarder(
            Placement placement,
            NodeChannels channels,
            Supplier<Principal> caller,
            Settings settings,
            ForwardMetrics metrics) {
        this.placement = placement;
        this.channels = channels;
        this.caller = caller;
        this.settings = settings;
        this.metrics = metrics;
        this.replies = settings.replies();
        this.order = new CallOrder(placement, new NodeLinks(channels));
    }

    /**
     * The limits of forwarded calls.
     *
     * @param messageBytesMax of a client's message
     * @param deadlineDefault of a call whose client set none
     * @param replies that clients have not read
     */
    public record Settings(int messageBytesMax, Duration deadlineDefault, RepliesWaiting replies) {}

    /** The method with its bodies left as bytes. {@code right} is what it needs. */
    public ServerMethodDefinition<?, ?> forward(MethodDescriptor<?, ?> method, Right right) {
        var incoming =
                method.toBuilder(
                                new Body.Marshaller(settings.messageBytesMax()),
                                new Body.Marshaller(Integer.MAX_VALUE))
                        .build();
        var linked = LINKED.get(method);
        if (linked != null) {
            return ServerMethodDefinition.create(
                    incoming, (call, headers) -> new LinkedCall(this, linked, right, call).begin());
        }
        var outgoing =
                method.toBuilder(
                                new Body.Marshaller(Integer.MAX_VALUE),
                                new Body.Marshaller(Integer.MAX_VALUE))
                        .build();
        return ServerMethodDefinition.create(
                incoming,
                (call, headers) -> new ForwardedCall(this, outgoing, right, call, headers).begin());
    }

    /** The Pipeline, whose calls are let in one by one. */
    public ServerMethodDefinition<?, ?> pipeline(
            MethodDescriptor<?, ?> method, Admission admission) {
        // Twice the limit, so that the error of a request that is over it can name its call.
        int most = (int) Math.min(Integer.MAX_VALUE, 2L * settings.messageBytesMax());
        var bytes =
                method.toBuilder(new Body.Marshaller(most), new Body.Marshaller(Integer.MAX_VALUE))
                        .build();
        return ServerMethodDefinition.create(
                bytes, (call, headers) -> new PipelinedCalls(this, call, admission).begin());
    }
}

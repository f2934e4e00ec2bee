package dev.atoll.router.rpc;

import dev.atoll.proto.v1.ConfigServiceGrpc;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.InstanceServiceGrpc;
import dev.atoll.proto.v1.PipelineRequest;
import dev.atoll.proto.v1.PipelineResponse;
import dev.atoll.router.auth.Right;
import dev.atoll.router.forward.Forwarder;
import dev.atoll.router.forward.NodeChannels;
import dev.atoll.router.placement.Placement;
import dev.atoll.wire.ReadableBodies;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The services that clients see. Immutable. */
public final class PublicServices {
    /** What is handed on to the node of the instance in field 1, and the right it needs. */
    private static final Map<MethodDescriptor<?, ?>, Right> FORWARDED =
            Map.ofEntries(
                    Map.entry(DatabaseServiceGrpc.getQueryMethod(), Right.READ),
                    Map.entry(DatabaseServiceGrpc.getQueryStreamMethod(), Right.READ),
                    Map.entry(DatabaseServiceGrpc.getMutateMethod(), Right.WRITE),
                    Map.entry(InstanceServiceGrpc.getCreateInstanceMethod(), Right.WRITE),
                    Map.entry(InstanceServiceGrpc.getDescribeInstanceMethod(), Right.READ),
                    Map.entry(InstanceServiceGrpc.getDeleteInstanceMethod(), Right.WRITE),
                    Map.entry(InstanceServiceGrpc.getVerifyInstanceMethod(), Right.ADMIN),
                    Map.entry(InstanceServiceGrpc.getCompactInstanceMethod(), Right.ADMIN),
                    Map.entry(InstanceServiceGrpc.getExportInstanceMethod(), Right.READ),
                    Map.entry(InstanceServiceGrpc.getSetAlarmMethod(), Right.WRITE),
                    Map.entry(InstanceServiceGrpc.getListAlarmsMethod(), Right.READ),
                    Map.entry(InstanceServiceGrpc.getClearAlarmMethod(), Right.WRITE));

    private PublicServices() {}

    /** All of them; every call has to pass the {@link CallGate} in front. */
    public static List<ServerServiceDefinition> all(
            Forwarder forwarder, Placement placement, NodeChannels channels) {
        return List.of(
                withForwarding(new DatabaseRpc(), forwarder),
                withForwarding(new InstanceListing(placement, channels), forwarder),
                ReadableBodies.of(new ClusterRpc(placement).bindService()),
                ReadableBodies.of(new ConfigRpc().bindService()));
    }

    /** The service with the forwarded methods left as bytes; keeps the schema for reflection. */
    private static ServerServiceDefinition withForwarding(
            BindableService own, Forwarder forwarder) {
        var service = own.bindService();
        var readable = ReadableBodies.of(service);
        var methods = new ArrayList<ServerMethodDefinition<?, ?>>();
        for (var method : service.getMethods()) {
            var right = FORWARDED.get(method.getMethodDescriptor());
            methods.add(
                    right == null
                            ? readable.getMethod(method.getMethodDescriptor().getFullMethodName())
                            : forwarder.forward(method.getMethodDescriptor(), right));
        }
        var descriptor =
                ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName())
                        .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
        methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
        var definition = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(definition::addMethod);
        return definition.build();
    }

    /** What of DatabaseService is not forwarded. */
    private static final class DatabaseRpc extends DatabaseServiceGrpc.DatabaseServiceImplBase {
        @Override
        public StreamObserver<PipelineRequest> pipeline(StreamObserver<PipelineResponse> client) {
            client.onError(Answer.notYet("Pipeline"));
            return new StreamObserver<>() {
                @Override
                public void onNext(PipelineRequest message) {}

                @Override
                public void onError(Throwable cancelled) {}

                @Override
                public void onCompleted() {}
            };
        }
    }

    /** Blocks cannot be declared yet: every method answers that it is not implemented. */
    private static final class ConfigRpc extends ConfigServiceGrpc.ConfigServiceImplBase {}
}

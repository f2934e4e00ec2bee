package dev.atoll.router.rpc;

import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.InstanceServiceGrpc;
import dev.atoll.router.auth.Right;
import dev.atoll.router.forward.Admission;
import dev.atoll.router.forward.Forwarder;
import dev.atoll.router.forward.NodeChannels;
import dev.atoll.router.placement.Placement;
import dev.atoll.wire.ReadableBodies;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
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
            Forwarder forwarder, Admission admission, Placement placement, NodeChannels channels) {
        return List.of(
                withForwarding(new DatabaseRpc(), forwarder, admission),
                withForwarding(new InstanceListing(placement, channels), forwarder, admission),
                ReadableBodies.of(new ClusterRpc(placement).bindService()),
                ReadableBodies.of(new ConfigRpc(placement, channels).bindService()));
    }

    /** The service with the forwarded methods left as bytes; keeps the schema for reflection. */
    private static ServerServiceDefinition withForwarding(
            BindableService own, Forwarder forwarder, Admission admission) {
        var service = own.bindService();
        var readable = ReadableBodies.of(service);
        var methods = new ArrayList<ServerMethodDefinition<?, ?>>();
        for (var method : service.getMethods()) {
            methods.add(method(method.getMethodDescriptor(), readable, forwarder, admission));
        }
        var descriptor =
                ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName())
                        .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
        methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
        var definition = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(definition::addMethod);
        return definition.build();
    }

    private static ServerMethodDefinition<?, ?> method(
            MethodDescriptor<?, ?> method,
            ServerServiceDefinition own,
            Forwarder forwarder,
            Admission admission) {
        if (method == DatabaseServiceGrpc.getPipelineMethod()) {
            return forwarder.pipeline(method, admission);
        }
        var right = FORWARDED.get(method);
        return right == null
                ? own.getMethod(method.getFullMethodName())
                : forwarder.forward(method, right);
    }

    /** All its methods are forwarded. */
    private static final class DatabaseRpc extends DatabaseServiceGrpc.DatabaseServiceImplBase {}
}

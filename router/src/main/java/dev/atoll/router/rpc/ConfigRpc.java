package dev.atoll.router.rpc;

import dev.atoll.proto.v1.ApplyConfigRequest;
import dev.atoll.proto.v1.ApplyConfigResponse;
import dev.atoll.proto.v1.ConfigServiceGrpc;
import dev.atoll.proto.v1.ExplainRulesRequest;
import dev.atoll.proto.v1.ExplainRulesResponse;
import dev.atoll.proto.v1.GetConfigRequest;
import dev.atoll.proto.v1.GetConfigResponse;
import dev.atoll.proto.v1.GetMigrationStatusRequest;
import dev.atoll.proto.v1.GetMigrationStatusResponse;
import dev.atoll.proto.v1.ListConfigVersionsRequest;
import dev.atoll.proto.v1.ListConfigVersionsResponse;
import dev.atoll.proto.v1.PauseMigrationRequest;
import dev.atoll.proto.v1.PauseMigrationResponse;
import dev.atoll.proto.v1.ResumeMigrationRequest;
import dev.atoll.proto.v1.ResumeMigrationResponse;
import dev.atoll.router.auth.Principal;
import dev.atoll.router.forward.NodeChannels;
import dev.atoll.router.forward.SendTracer;
import dev.atoll.router.placement.LiveNode;
import dev.atoll.router.placement.Placement;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.Reason;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Has the versions of the declarations looked after by any live node: nodes understand them, and
 * have the same store. How far instances are, all nodes are asked. Thread-safe.
 */
final class ConfigRpc extends ConfigServiceGrpc.ConfigServiceImplBase {
    private static final Duration DEADLINE_DEFAULT = Duration.ofSeconds(30);

    /** A node that hangs must not hold back what another can say. */
    private static final Duration ATTEMPT_MOST = Duration.ofSeconds(5);

    /** A file of ten thousand tables takes a node seconds to read. */
    private static final Duration CHECK_MOST = Duration.ofSeconds(20);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Placement placement;
    private final NodeChannels channels;
    private final MigrationStatuses statuses;

    ConfigRpc(Placement placement, NodeChannels channels) {
        this.placement = placement;
        this.channels = channels;
        this.statuses = new MigrationStatuses(channels);
    }

    @Override
    public void applyConfig(
            ApplyConfigRequest request, StreamObserver<ApplyConfigResponse> client) {
        var attempt = request.getDryRun() ? Optional.of(CHECK_MOST) : Optional.<Duration>empty();
        ask(ConfigServiceGrpc.getApplyConfigMethod(), request, attempt, client);
    }

    @Override
    public void getConfig(GetConfigRequest request, StreamObserver<GetConfigResponse> client) {
        ask(ConfigServiceGrpc.getGetConfigMethod(), request, Optional.of(ATTEMPT_MOST), client);
    }

    @Override
    public void listConfigVersions(
            ListConfigVersionsRequest request, StreamObserver<ListConfigVersionsResponse> client) {
        ask(
                ConfigServiceGrpc.getListConfigVersionsMethod(),
                request,
                Optional.of(ATTEMPT_MOST),
                client);
    }

    @Override
    public void explainRules(
            ExplainRulesRequest request, StreamObserver<ExplainRulesResponse> client) {
        ask(ConfigServiceGrpc.getExplainRulesMethod(), request, Optional.of(ATTEMPT_MOST), client);
    }

    @Override
    public void getMigrationStatus(
            GetMigrationStatusRequest request, StreamObserver<GetMigrationStatusResponse> client) {
        try {
            var caller = CallGate.principal();
            caller.checkCluster();
            statuses.ask(placement.view(), caller, client);
        } catch (Failure failure) {
            client.onError(FailureStatus.exception(failure));
        }
    }

    @Override
    public void pauseMigration(
            PauseMigrationRequest request, StreamObserver<PauseMigrationResponse> client) {
        ask(ConfigServiceGrpc.getPauseMigrationMethod(), request, Optional.empty(), client);
    }

    @Override
    public void resumeMigration(
            ResumeMigrationRequest request, StreamObserver<ResumeMigrationResponse> client) {
        ask(ConfigServiceGrpc.getResumeMigrationMethod(), request, Optional.empty(), client);
    }

    /**
     * What changes nothing may be asked of another node, whatever became of the first.
     *
     * @param attemptMost how long one node may take, before the next is asked; empty for what may
     *     change something
     */
    private <Q, R> void ask(
            MethodDescriptor<Q, R> method,
            Q request,
            Optional<Duration> attemptMost,
            StreamObserver<R> client) {
        var caller = CallGate.principal();
        try {
            caller.checkCluster();
        } catch (Failure denied) {
            client.onError(FailureStatus.exception(denied));
            return;
        }
        var nodes = new ArrayList<>(placement.view().nodes().values());
        Collections.shuffle(nodes);
        var clients = Context.current().getDeadline();
        var deadline =
                clients == null
                        ? Deadline.after(DEADLINE_DEFAULT.toNanos(), TimeUnit.NANOSECONDS)
                        : clients;
        new Asking<>(
                        new Question<>(method, request, attemptMost, caller),
                        client,
                        nodes.iterator(),
                        deadline)
                .next(unavailable("no node is live"));
    }

    private static Failure unavailable(String message) {
        return Failure.of(Reason.NODE_UNAVAILABLE, message).retryAfter(RETRY_AFTER);
    }

    /** What is asked, by whom. */
    private record Question<Q, R>(
            MethodDescriptor<Q, R> method,
            Q request,
            Optional<Duration> attemptMost,
            Principal caller) {
        boolean changesNothing() {
            return attemptMost.isPresent();
        }
    }

    /** One call on its way, to one node after the other. One attempt at a time. */
    private final class Asking<Q, R> {
        private final Question<Q, R> question;
        private final StreamObserver<R> client;
        private final Iterator<LiveNode> nodes;
        private final Deadline deadline;

        Asking(
                Question<Q, R> question,
                StreamObserver<R> client,
                Iterator<LiveNode> nodes,
                Deadline deadline) {
            this.question = question;
            this.client = client;
            this.nodes = nodes;
            this.deadline = deadline;
        }

        /** Asks the next node; ends with that failure if there is none. */
        void next(Failure failure) {
            if (!nodes.hasNext() || deadline.isExpired()) {
                client.onError(FailureStatus.exception(failure));
                return;
            }
            var node = nodes.next();
            var tracer = new SendTracer();
            var channel =
                    ClientInterceptors.intercept(
                            channels.channel(node), NodeCalls.by(question.caller()));
            var options =
                    CallOptions.DEFAULT
                            .withDeadline(attemptDeadline())
                            .withStreamTracerFactory(tracer.factory());
            ClientCalls.asyncUnaryCall(
                    channel.newCall(question.method(), options),
                    question.request(),
                    new Reply(node, tracer));
        }

        private Deadline attemptDeadline() {
            return question.attemptMost()
                    .map(most -> Deadline.after(most.toNanos(), TimeUnit.NANOSECONDS))
                    .map(deadline::minimum)
                    .orElse(deadline);
        }

        /** Hears one node's answer. */
        private final class Reply implements StreamObserver<R> {
            private final LiveNode node;
            private final SendTracer tracer;

            Reply(LiveNode node, SendTracer tracer) {
                this.node = node;
                this.tracer = tracer;
            }

            @Override
            public void onNext(R message) {
                client.onNext(message);
            }

            @Override
            public void onCompleted() {
                client.onCompleted();
            }

            @Override
            public void onError(Throwable error) {
                var status = Status.fromThrowable(error);
                var failure = FailureStatus.find(status, Status.trailersFromThrowable(error));
                if (failure.isPresent()) {
                    answer(failure.get());
                } else if (!tracer.sent() || question.changesNothing()) {
                    next(
                            unavailable("node '" + node.id() + "' does not answer")
                                    .with("node", node.id()));
                } else if (status.getCode() == Status.Code.UNAVAILABLE) {
                    client.onError(FailureStatus.exception(broken()));
                } else {
                    client.onError(error);
                }
            }

            private Failure broken() {
                return Failure.of(
                                Reason.OUTCOME_UNKNOWN,
                                "the connection to node '" + node.id() + "' broke")
                        .with("node", node.id());
            }

            /** Another node may do what this one certainly did not. */
            private void answer(Failure failure) {
                if (failure.reason().neverExecuted()) {
                    next(failure);
                } else {
                    client.onError(FailureStatus.exception(failure));
                }
            }
        }
    }
}

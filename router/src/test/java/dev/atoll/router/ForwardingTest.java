package dev.atoll.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.atoll.proto.v1.ConfigServiceGrpc;
import dev.atoll.proto.v1.DatabaseServiceGrpc;
import dev.atoll.proto.v1.GetConfigRequest;
import dev.atoll.proto.v1.InstanceKey;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.QueryStreamResponse;
import dev.atoll.router.placement.Eventually;
import dev.atoll.wire.Failure;
import dev.atoll.wire.FailureStatus;
import dev.atoll.wire.Reason;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForwardingTest {
    /** As many as the router takes on. */
    private static final int CALLS_AT_ONCE = 5;

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final InstanceKey ALICE =
            InstanceKey.newBuilder().setNamespace("user").setId("alice").build();
    private static final QueryRequest QUERY = QueryRequest.newBuilder().setInstance(ALICE).build();

    @TempDir private Path folder;
    private FakeNode node;
    private RunningRouter running;

    @BeforeEach
    void start() throws Exception {
        var name = "node-" + UUID.randomUUID();
        node = FakeNode.inProcess(name);
        running =
                RunningRouter.local(
                        folder,
                        new LocalNode("n1", 16, name),
                        Map.of("message-bytes-max", "64KiB", "calls-in-flight-max", "5"));
    }

    @AfterEach
    void stop() {
        running.close();
        node.close();
    }

    @Test
    void bodiesPassUnchangedWithFieldsItDoesNotKnow() throws Exception {
        var unknown =
                UnknownFieldSet.newBuilder()
                        .addField(
                                777,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(ByteString.copyFromUtf8("later"))
                                        .build())
                        .build();
        var body = QUERY.toBuilder().setUnknownFields(unknown).build().toByteArray();
        node.behave(call -> call.reply(new byte[] {1, 2, 3}));

        assertThat(query(body)).isEqualTo(new byte[] {1, 2, 3});
        assertThat(node.only().body).isEqualTo(body);
    }

    @Test
    void aSecondKeyPassesSoThatTheNodeCanRefuseIt() throws Exception {
        var second = QueryRequest.newBuilder().setInstance(ALICE.toBuilder().setId("bob")).build();
        var body = QUERY.toByteString().concat(second.toByteString()).toByteArray();
        query(body);

        assertThat(node.only().body).isEqualTo(body);
        assertThat(node.only().key()).isEqualTo("user:alice");
    }

    @Test
    void aKeyBehindOtherFieldsIsFound() throws Exception {
        var front = QueryRequest.newBuilder().setMinBookmark("b").build().toByteString();
        query(front.concat(QUERY.toByteString()).toByteArray());

        assertThat(node.only().key()).isEqualTo("user:alice");
    }

    @Test
    void bodiesWithoutAValidKeyNeverReachTheNode() throws Exception {
        byte[][] bodies = {
            {},
            {0x0a, 0x7f, 1},
            {0x0a, 3, 0x12, 1, (byte) 0xff},
            {(byte) 0xff, (byte) 0xff},
            QueryRequest.newBuilder()
                    .setInstance(ALICE.toBuilder().setId("a:b"))
                    .build()
                    .toByteArray()
        };
        for (var body : bodies) {
            assertThat(failureOf(body).reason()).isEqualTo(Reason.INSTANCE_KEY_INVALID);
        }
        assertThat(node.received()).isEmpty();
    }

    @Test
    void clientsMetadataIsDroppedWhereItIsOurs() throws Exception {
        var headers = new Metadata();
        headers.put(
                Metadata.Key.of("atoll-key-bin", Metadata.BINARY_BYTE_MARSHALLER),
                "user:bob".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        headers.put(Metadata.Key.of("atoll-x", Metadata.ASCII_STRING_MARSHALLER), "forged");
        headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), "t");
        var channel =
                ClientInterceptors.intercept(
                        running.channel,
                        running.admin(),
                        io.grpc.stub.MetadataUtils.newAttachHeadersInterceptor(headers));
        ClientCalls.blockingUnaryCall(
                channel,
                bytes(dev.atoll.proto.v1.InstanceServiceGrpc.getDescribeInstanceMethod()),
                CallOptions.DEFAULT,
                QUERY.toByteArray());

        var received = node.only();
        assertThat(received.key()).isEqualTo("user:alice");
        assertThat(received.headers.keys())
                .contains("traceparent")
                .doesNotContain("atoll-x", "authorization");
    }

    @Test
    void errorsOfTheNodePassWithTheirDetails() throws Exception {
        node.behave(
                call -> call.fail(Failure.of(Reason.SQL_ERROR, "no such table: t").inOperation(2)));
        var failure = failureOf(QUERY.toByteArray());

        assertThat(failure.reason()).isEqualTo(Reason.SQL_ERROR);
        assertThat(failure.message()).isEqualTo("no such table: t");
        assertThat(failure.details()).containsEntry(Failure.OPERATION, "2");
    }

    @Test
    void notOwnerIsAskedAgainInsideTheDeadline() throws Exception {
        var calls = new AtomicInteger();
        node.behave(
                call -> {
                    if (calls.incrementAndGet() < 4) {
                        call.fail(Failure.notOwner(1, "n2"));
                    } else {
                        call.reply(new byte[] {9});
                    }
                });

        assertThat(query(QUERY.toByteArray())).isEqualTo(new byte[] {9});
        assertThat(calls).hasValue(4);
        assertThat(running.registry.get("atoll.router.retries").counter().count()).isEqualTo(3);
    }

    @Test
    void callsKeepTheirOrderWhileTheirShardMoves() throws Exception {
        var refusals = new AtomicInteger();
        var executed = new java.util.concurrent.CopyOnWriteArrayList<Integer>();
        var resumed = new AtomicInteger();
        // A token that is verified already does not reorder calls.
        var channel = authorised();
        var first =
                channel.newCall(bytes(DatabaseServiceGrpc.getQueryMethod()), CallOptions.DEFAULT);
        assertThat(ClientCalls.futureUnaryCall(first, QUERY.toByteArray()).get()).isEmpty();
        // As a node does: after a refusal it refuses until a call resumes.
        node.behave(
                call -> {
                    if (call.resumes) {
                        resumed.incrementAndGet();
                    }
                    if (executed.size() < 2 || resumed.get() > 1) {
                        executed.add((int) call.body[call.body.length - 1]);
                        call.reply(new byte[0]);
                    } else {
                        refusals.incrementAndGet();
                        call.fail(Failure.notOwner(1, "n2"));
                    }
                });
        var replies = new java.util.ArrayList<java.util.concurrent.Future<byte[]>>();
        for (int i = 0; i < CALLS_AT_ONCE; i++) {
            var call =
                    channel.newCall(
                            bytes(DatabaseServiceGrpc.getQueryMethod()), CallOptions.DEFAULT);
            var number = QueryRequest.newBuilder().setMinBookmark(Character.toString(i)).build();
            replies.add(
                    ClientCalls.futureUnaryCall(
                            call,
                            QUERY.toByteString().concat(number.toByteString()).toByteArray()));
        }
        for (var reply : replies) {
            reply.get(20, TimeUnit.SECONDS);
        }

        assertThat(executed).isSorted().hasSize(CALLS_AT_ONCE);
        assertThat(refusals).hasValueGreaterThan(0);
    }

    @Test
    void nothingElseIsAskedAgain() throws Exception {
        for (var reason : new Reason[] {Reason.OVERLOADED, Reason.SHUTTING_DOWN}) {
            int before = node.received().size();
            node.behave(call -> call.fail(Failure.of(reason, "no")));

            assertThat(failureOf(QUERY.toByteArray()).reason()).isEqualTo(reason);
            assertThat(node.received()).hasSize(before + 1);
        }
    }

    @Test
    void theClientsDeadlineReachesTheNodeAndSoDoesTheDefault() throws Exception {
        stub().withDeadlineAfter(5, TimeUnit.SECONDS).query(QUERY);
        stub().query(QUERY);

        assertThat(secondsLeft(node.received().get(0))).isBetween(1L, 5L);
        assertThat(secondsLeft(node.received().get(1))).isBetween(20L, 30L);
    }

    @Test
    void cancellationReachesTheNode() throws Exception {
        node.behave(_ -> {});
        var call = authorised().newCall(DatabaseServiceGrpc.getQueryMethod(), CallOptions.DEFAULT);
        var reply = ClientCalls.futureUnaryCall(call, QUERY);
        Eventually.holds(SOON, () -> node.received().size() == 1);
        reply.cancel(true);

        Eventually.holds(SOON, () -> node.only().cancelled);
        assertThat(node.only().cancelled).isTrue();
    }

    @Test
    void aStreamWaitsForAClientThatDoesNotRead() throws Exception {
        var produced = new AtomicInteger();
        var chunk = QueryStreamResponse.newBuilder().build().toByteArray();
        var large = new byte[32 * 1024];
        node.behave(call -> call.stream(() -> produced.incrementAndGet() > 100_000 ? null : large));
        var call =
                authorised()
                        .newCall(
                                bytes(DatabaseServiceGrpc.getQueryStreamMethod()),
                                CallOptions.DEFAULT);
        var received = new AtomicInteger();
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(byte[] message) {
                        received.incrementAndGet();
                    }
                },
                new Metadata());
        call.request(1);
        call.sendMessage(QUERY.toByteArray());
        call.halfClose();
        Eventually.holds(SOON, () -> received.get() == 1);
        var steady = new AtomicInteger(-1);
        var since = new java.util.concurrent.atomic.AtomicLong(System.nanoTime());
        Eventually.holds(
                SOON,
                () -> {
                    int now = produced.get();
                    if (steady.getAndSet(now) != now) {
                        since.set(System.nanoTime());
                    }
                    return System.nanoTime() - since.get() > 300_000_000L;
                });

        // A window of HTTP/2 and a few buffers, not 3 GB.
        assertThat(produced).hasValueLessThan(1_000);
        assertThat(chunk).isEmpty();
        call.request(500);
        Eventually.holds(SOON, () -> received.get() == 501);
        call.cancel("enough", null);
        Eventually.holds(SOON, () -> node.only().cancelled);
    }

    @Test
    void aMessageOverTheLimitIsRefusedWithItsReason() throws Exception {
        var body = QUERY.toBuilder().setMinBookmark("x".repeat(70 * 1024)).build().toByteArray();
        var failure = failureOf(body);

        assertThat(failure.reason()).isEqualTo(Reason.LIMIT_EXCEEDED);
        assertThat(failure.details())
                .containsEntry("limit", "message-bytes-max")
                .containsEntry("asked", Integer.toString(body.length));
    }

    @Test
    void oneCallTooManyIsRefusedAtOnce() throws Exception {
        node.behave(_ -> {});
        for (int i = 0; i < 5; i++) {
            var call =
                    authorised().newCall(DatabaseServiceGrpc.getQueryMethod(), CallOptions.DEFAULT);
            var _ = ClientCalls.futureUnaryCall(call, QUERY);
        }
        Eventually.holds(SOON, () -> node.received().size() == 5);
        var failure = failureOf(QUERY.toByteArray());

        assertThat(failure.reason()).isEqualTo(Reason.OVERLOADED);
        assertThat(failure.retryAfter()).isPresent();
        node.received().forEach(call -> call.reply(new byte[0]));
        node.behave(call -> call.reply(new byte[0]));
        Eventually.holds(
                SOON,
                () -> running.registry.get("atoll.router.calls.in.flight").gauge().value() == 0);
        assertThat(query(QUERY.toByteArray())).isEmpty();
    }

    @Test
    void scopesAndKindsAreCheckedBeforeTheNodeIsAsked() throws Exception {
        assertThat(refused(running.issuer.service("user:bob=read"))).isEqualTo(Reason.SCOPE_DENIED);
        assertThat(refused(running.issuer.service("user:*=write"))).isEqualTo(Reason.SCOPE_DENIED);
        assertThat(refused("x.y.z")).isEqualTo(Reason.TOKEN_INVALID);
        assertThat(node.received()).isEmpty();
    }

    @Test
    void whatIsNotThereSaysSo() throws Exception {
        var channel = authorised();
        var newer =
                ConfigServiceGrpc.getGetConfigMethod().toBuilder()
                        .setFullMethodName("atoll.v1.ConfigService/OfANewerVersion")
                        .build();
        assertThatThrownBy(
                        () ->
                                ClientCalls.blockingUnaryCall(
                                        channel,
                                        newer,
                                        CallOptions.DEFAULT,
                                        GetConfigRequest.getDefaultInstance()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e ->
                                assertThat(e.getStatus().getCode())
                                        .isEqualTo(Status.Code.UNIMPLEMENTED));
    }

    private Reason refused(String token) {
        try {
            var reply =
                    DatabaseServiceGrpc.newBlockingStub(running.channel)
                            .withInterceptors(RunningRouter.token(token))
                            .query(QUERY);
            throw new AssertionError("was not refused: " + reply);
        } catch (StatusRuntimeException e) {
            return RouterTest.reason(e);
        }
    }

    private byte[] query(byte[] body) throws Exception {
        return ClientCalls.blockingUnaryCall(
                authorised(),
                bytes(DatabaseServiceGrpc.getQueryMethod()),
                CallOptions.DEFAULT,
                body);
    }

    private Failure failureOf(byte[] body) throws Exception {
        try {
            throw new AssertionError("was not refused, but answered " + query(body).length);
        } catch (StatusRuntimeException e) {
            return FailureStatus.find(e.getStatus(), e.getTrailers()).orElseThrow(() -> e);
        }
    }

    private io.grpc.Channel authorised() throws Exception {
        return ClientInterceptors.intercept(running.channel, running.admin());
    }

    private DatabaseServiceGrpc.DatabaseServiceBlockingStub stub() throws Exception {
        return DatabaseServiceGrpc.newBlockingStub(authorised());
    }

    private static long secondsLeft(FakeNode.Received call) {
        var deadline = call.deadline;
        return deadline == null ? -1 : deadline.timeRemaining(TimeUnit.SECONDS);
    }

    private static MethodDescriptor<byte[], byte[]> bytes(MethodDescriptor<?, ?> method) {
        return method.toBuilder(new FakeNode.Bytes(), new FakeNode.Bytes()).build();
    }
}

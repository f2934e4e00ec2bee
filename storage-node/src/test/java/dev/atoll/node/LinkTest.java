package dev.atoll.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.atoll.proto.internal.v1.LinkCall;
import dev.atoll.proto.internal.v1.LinkCancel;
import dev.atoll.proto.internal.v1.LinkMethod;
import dev.atoll.proto.internal.v1.LinkReplies;
import dev.atoll.proto.internal.v1.LinkReply;
import dev.atoll.proto.internal.v1.LinkServiceGrpc;
import dev.atoll.proto.internal.v1.LinkStep;
import dev.atoll.proto.internal.v1.LinkSteps;
import dev.atoll.proto.v1.MutateResponse;
import dev.atoll.proto.v1.QueryResponse;
import dev.atoll.wire.InstanceKey;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The link as a router uses it. */
class LinkTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long FOREVER_MICROS = 20_000_000;

    @TempDir Path data;
    private TestNode node;
    private Link link;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(data);
        link = new Link();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void callsOfOneInstanceKeepTheirOrder() throws Exception {
        link.call(0, mutate("user:a", "CREATE TABLE t(n)"));
        for (int i = 1; i <= 500; i++) {
            link.call(i, mutate("user:a", "INSERT INTO t SELECT count(*) + 1 FROM t"));
        }
        link.call(501, query("user:a", "SELECT count(*), max(n) FROM t"));

        var row = QueryResponse.parseFrom(link.body(501)).getResults(0).getRows(0).getValuesList();
        assertThat(row.get(0).getInteger()).isEqualTo(500);
        assertThat(row.get(1).getInteger()).isEqualTo(500);
        for (int i = 1; i <= 500; i++) {
            assertThat(MutateResponse.parseFrom(link.body(i)).getResults(0).getLastInsertRowid())
                    .isEqualTo(i);
        }
    }

    @Test
    void aFailureNamesItsReasonAndTheStreamGoesOn() throws Exception {
        link.call(1, query("user:nobody", "SELECT 1"));
        link.call(2, mutate("user:b", "CREATE TABLE t(n)"));

        assertThat(link.reply(1).getError().getReason()).isEqualTo("INSTANCE_NOT_FOUND");
        assertThat(link.reply(2).hasBody()).isTrue();
    }

    @Test
    void aKeyThatWasNotAuthorisedIsRefused() throws Exception {
        link.call(1, mutate("user:mine", "CREATE TABLE t(n)").setAuthorisedKey(key("user:other")));

        assertThat(link.reply(1).getError().getReason()).isEqualTo("INSTANCE_KEY_INVALID");
    }

    @Test
    void aDeadlineEndsOneCallAlone() throws Exception {
        link.call(1, mutate("user:c", "CREATE TABLE t(n)"));
        link.call(2, query("user:c", endless()).setTimeoutMicros(100_000));
        link.call(3, query("user:c", "SELECT 3"));

        assertThat(link.reply(2).getError().getReason()).isEqualTo("STATEMENT_TIMEOUT");
        assertThat(link.reply(3).hasBody()).isTrue();
    }

    @Test
    void aCancelledCallIsInterrupted() throws Exception {
        link.call(1, mutate("user:d", "CREATE TABLE t(n)"));
        link.call(2, query("user:d", endless()));
        link.cancel(2);

        assertThat(link.reply(2).getError().getReason()).isEqualTo("STATEMENT_TIMEOUT");
    }

    @Test
    void aMethodThatIsNotKnownIsUnimplemented() throws Exception {
        link.call(1, query("user:e", "SELECT 1").setMethodValue(77));

        assertThat(link.reply(1).getError().getCode())
                .isEqualTo(io.grpc.Status.Code.UNIMPLEMENTED.value());
    }

    @Test
    void aNodeThatStopsEndsItsStreams() throws Exception {
        link.call(1, mutate("user:f", "CREATE TABLE t(n)"));
        assertThat(link.reply(1).hasBody()).isTrue();

        node.node().close();

        assertThat(link.ended.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    private static String endless() {
        return "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c";
    }

    private static LinkCall.Builder mutate(String key, String sql) {
        return call(key, LinkMethod.LINK_METHOD_MUTATE, TestNode.mutation(key, sql).build());
    }

    private static LinkCall.Builder query(String key, String sql) {
        return call(key, LinkMethod.LINK_METHOD_QUERY, TestNode.reading(key, sql));
    }

    private static LinkCall.Builder call(String key, LinkMethod method, MessageLite body) {
        return LinkCall.newBuilder()
                .setMethod(method)
                .setCaller(TestNode.service().toProto())
                .setAuthorisedKey(key(key))
                .setTimeoutMicros(FOREVER_MICROS)
                .setBody(body.toByteString());
    }

    private static ByteString key(String key) {
        return ByteString.copyFrom(InstanceKey.parse(key).bytes());
    }

    /** The router's end of a link. */
    private final class Link implements StreamObserver<LinkReplies> {
        final CompletableFuture<Boolean> ended = new CompletableFuture<>();
        private final ConcurrentHashMap<Long, CompletableFuture<LinkReply>> replies =
                new ConcurrentHashMap<>();
        private final StreamObserver<LinkSteps> steps =
                LinkServiceGrpc.newStub(node.channel()).open(this);

        void call(long id, LinkCall.Builder call) {
            send(LinkStep.newBuilder().setCallId(id).setCall(call));
        }

        void cancel(long id) {
            send(LinkStep.newBuilder().setCallId(id).setCancel(LinkCancel.getDefaultInstance()));
        }

        private void send(LinkStep.Builder step) {
            steps.onNext(LinkSteps.newBuilder().addSteps(step).build());
        }

        LinkReply reply(long id) throws Exception {
            return future(id).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }

        ByteString body(long id) throws Exception {
            var reply = reply(id);
            assertThat(reply.hasBody()).as(reply.toString()).isTrue();
            return reply.getBody();
        }

        private CompletableFuture<LinkReply> future(long id) {
            return replies.computeIfAbsent(id, _ -> new CompletableFuture<>());
        }

        @Override
        public void onNext(LinkReplies message) {
            for (var reply : message.getRepliesList()) {
                future(reply.getCallId()).complete(reply);
            }
        }

        @Override
        public void onError(Throwable error) {
            ended.completeExceptionally(error);
        }

        @Override
        public void onCompleted() {
            ended.complete(true);
        }
    }
}

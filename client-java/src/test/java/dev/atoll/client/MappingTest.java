package dev.atoll.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.atoll.proto.v1.ListInstancesResponse;
import dev.atoll.proto.v1.OperationResult;
import dev.atoll.proto.v1.Value;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MappingTest {
    private FakeServer server;
    private Atoll atoll;
    private Instance alice;

    @BeforeEach
    void start() throws Exception {
        server = new FakeServer();
        atoll = server.client().build();
        alice = atoll.instance("user:alice");
    }

    @AfterEach
    void stop() {
        atoll.close();
        server.close();
    }

    enum Colour {
        RED,
        GREEN
    }

    record Customer(
            long id,
            String firstName,
            boolean active,
            @Nullable Double balance,
            Optional<String> phone,
            Colour colour,
            Instant since) {}

    record Small(byte id) {}

    record Perhaps(
            Optional<Integer> i, Optional<Colour> c, Optional<Instant> at, Optional<?> any) {}

    record Lists(Optional<List<String>> i) {}

    record Twice(String id, @Field("text") String first, @Field("text") String second) {}

    @Test
    void sendsEveryTypeOfParameter() {
        var moment = Instant.parse("2026-11-21T06:00:00.000001Z");
        alice.query(
                "SELECT ?",
                null,
                true,
                (byte) 1,
                (short) 2,
                3,
                4L,
                0.5f,
                0.25,
                "text",
                new byte[] {9},
                moment,
                Colour.GREEN);
        assertThat(server.queries.remove().getOperations(0).getSql().getParametersList())
                .extracting(Value::getKindCase)
                .containsExactly(
                        Value.KindCase.NULL,
                        Value.KindCase.BOOLEAN,
                        Value.KindCase.INTEGER,
                        Value.KindCase.INTEGER,
                        Value.KindCase.INTEGER,
                        Value.KindCase.INTEGER,
                        Value.KindCase.REAL,
                        Value.KindCase.REAL,
                        Value.KindCase.TEXT,
                        Value.KindCase.BLOB,
                        Value.KindCase.TIMESTAMP,
                        Value.KindCase.TEXT);
    }

    @Test
    void refusesOtherTypesBeforeSending() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> alice.query("SELECT ?", 1, new java.math.BigDecimal("1")))
                .withMessageStartingWith("parameter ?2: java.math.BigDecimal (expected: null, ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> alice.query("SELECT ?", "half \ud800 pair"))
                .withMessageStartingWith("parameter ?1: half a surrogate pair at 5");
        assertThat(server.queries).isEmpty();
    }

    @Test
    void sendsNamedParameters() {
        var values = new HashMap<String, @Nullable Object>(Map.of("a", 1));
        values.put("b", null);
        alice.query("SELECT :a, :b", values);
        alice.query(Sql.of("SELECT :a").bind("a", 1));
        assertThat(server.queries.remove().getOperations(0).getSql().getNamedParametersMap())
                .containsOnlyKeys("a", "b")
                .containsEntry("a", Value.newBuilder().setInteger(1).build());
        assertThat(server.queries.remove().getOperations(0).getSql().getNamedParametersMap())
                .containsOnlyKeys("a");
        assertThatIllegalArgumentException().isThrownBy(() -> Sql.of("").bind(":a", 1));
    }

    @Test
    void readsValuesAsWhatTheyAre() {
        server.answers(
                List.of("t", "i", "r", "b", "n"),
                text("x"),
                integer(Long.MIN_VALUE),
                real(Double.NEGATIVE_INFINITY),
                Value.newBuilder().setBlob(ByteString.copyFromUtf8("b")).build(),
                Value.getDefaultInstance());
        var row = alice.query("SELECT *").only();
        assertThat(row.text("t")).isEqualTo("x");
        assertThat(row.integer(1)).isEqualTo(Long.MIN_VALUE);
        assertThat(row.real(1)).isEqualTo((double) Long.MIN_VALUE);
        assertThat(row.real("r")).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(row.blob("b")).isEqualTo(new byte[] {'b'});
        assertThat(row.isNull("n")).isTrue();
        assertThat(row.findText("n")).isEmpty();
        assertThat(row.findInteger("i")).contains(Long.MIN_VALUE);
        assertThat(row.value("n")).isNull();
        assertThat(row)
                .hasToString("{t=x, i=" + Long.MIN_VALUE + ", r=-Infinity, b=1 bytes, n=null}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> row.text("i"))
                .withMessage("column 'i': integer (expected: text)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> row.integer("n"))
                .withMessage("column 'n': NULL (expected: integer)");
        assertThatThrownBy(() -> row.text("x"))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessage("column 'x': not one of [t, i, r, b, n]");
        assertThatThrownBy(() -> row.text(5)).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void mapsRowsToRecords() {
        server.answers(
                List.of(
                        "ID",
                        "first_name",
                        "active",
                        "balance",
                        "phone",
                        "colour",
                        "since",
                        "unused"),
                integer(7),
                text("Ada"),
                integer(1),
                Value.getDefaultInstance(),
                Value.getDefaultInstance(),
                text("GREEN"),
                integer(1_000_001),
                integer(0));
        assertThat(alice.query("SELECT *").as(Customer.class))
                .containsExactly(
                        new Customer(
                                7,
                                "Ada",
                                true,
                                null,
                                Optional.empty(),
                                Colour.GREEN,
                                Instant.ofEpochSecond(1, 1_000)));
    }

    @Test
    void whatIsInAnOptionalHasItsType() {
        server.answers(
                List.of("i", "c", "at", "any"), integer(7), text("RED"), integer(1), integer(2));
        assertThat(alice.query("SELECT *").as(Perhaps.class))
                .containsExactly(
                        new Perhaps(
                                Optional.of(7),
                                Optional.of(Colour.RED),
                                Optional.of(Instant.ofEpochSecond(0, 1_000)),
                                Optional.of(2L)));
        server.answers(List.of("i"), integer(1L << 31));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> alice.query("SELECT *").as(Perhaps.class))
                .withMessage("record Perhaps, component 'i': integer overflow");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> alice.query("SELECT *").as(Lists.class))
                .withMessageStartingWith("record Lists, component 'i': java.util.List (expected: ");
    }

    @Test
    void refusesTwoComponentsOfOneField() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RecordMapper.fields(new Twice("1", "a", "b")))
                .withMessage(
                        "record Twice, component 'second': another one is the field 'text', too"
                                + " (expected: one for each field)");
    }

    @Test
    void saysWhichComponentDoesNotFit() {
        server.answers(List.of("id"), integer(128));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> alice.query("SELECT *").as(Small.class))
                .withMessage("record Small, component 'id': 128 (expected: -128 to 127)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> alice.query("SELECT *").as(Customer.class))
                .withMessage(
                        "record Customer, component 'firstName': no such column (expected: one of"
                                + " [id])");
        server.answers(List.of("id"), Value.getDefaultInstance());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> alice.query("SELECT *").as(Small.class))
                .withMessage("record Small, component 'id': NULL (expected: byte)");
    }

    @Test
    void countsRows() {
        assertThat(alice.query("SELECT *").first()).isEmpty();
        assertThatThrownBy(() -> alice.query("SELECT *").only())
                .isInstanceOf(NoSuchElementException.class)
                .hasMessage("0 rows (expected: exactly one)");
    }

    @Test
    void sendsOneMutateForAllOperations() {
        server.result = OperationResult.newBuilder().setChanges(2).setLastInsertRowid(7).build();
        var mutation =
                alice.mutate(
                        tx -> {
                            tx.execute("INSERT INTO t VALUES (?)", 1).expectChanges(2);
                            tx.execute("DELETE FROM t");
                        });
        assertThat(mutation.changes()).isEqualTo(4);
        assertThat(mutation.lastInsertRowid()).isEqualTo(7);
        var request = server.mutations.remove();
        assertThat(request.getOperationsCount()).isEqualTo(2);
        assertThat(request.getOperations(0).getExpectChanges()).isEqualTo(2);
        assertThat(request.getOperations(1).hasExpectChanges()).isFalse();
        assertThat(server.mutations).isEmpty();
    }

    @Test
    void refusesAnEmptyMutation() {
        assertThatIllegalArgumentException().isThrownBy(() -> alice.mutate(tx -> {}));
        assertThat(server.mutations).isEmpty();
    }

    @Test
    void readsSeveralStatementsInOneSnapshot() {
        server.answers(List.of("n"), integer(5));
        var snapshot = alice.read(Sql.of("SELECT 1"), Sql.of("SELECT 2"));
        assertThat(snapshot.results()).hasSize(2);
        assertThat(snapshot.rows(1).only().integer("n")).isEqualTo(5);
        assertThat(server.queries).hasSize(1);
    }

    @Test
    void readsWhatWasWrittenThroughTheHandle() throws Exception {
        var handle = alice.readYourWrites();
        handle.query("SELECT 1");
        handle.mutate("DELETE FROM t");
        handle.async().query("SELECT 1").get(10, TimeUnit.SECONDS);
        alice.query("SELECT 1");
        alice.atLeast("v1-x").query("SELECT 1");
        assertThat(server.queries)
                .extracting(query -> query.getMinBookmark())
                .containsExactly("", "v1-1", "", "v1-x");
    }

    @Test
    void listsPageByPage() {
        server.lists(page("p2", "a", "b")).lists(page("p3")).lists(page("", "c"));
        var list = atoll.instances("user").list("x");
        assertThat(server.lists).isEmpty();
        assertThat(list.stream().map(info -> info.key().toString()))
                .containsExactly("user:a", "user:b", "user:c");
        assertThat(list.unavailableShards()).containsExactly(3);
        assertThat(server.lists)
                .extracting(request -> request.getPageToken())
                .containsExactly("", "p2", "p3");
        assertThat(server.lists.remove().getIdPrefix()).isEqualTo("x");
    }

    @Test
    void refusesAnEndpointOrTokenThatIsNone() {
        assertThatIllegalArgumentException().isThrownBy(() -> Atoll.connect("localhost"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Atoll.connect("localhost:1").token("two\nlines"))
                .withMessageNotContaining("two");
    }

    private static ListInstancesResponse page(String next, String... ids) {
        var page = ListInstancesResponse.newBuilder().setNextPageToken(next);
        Arrays.stream(ids)
                .forEach(
                        id ->
                                page.addInstancesBuilder()
                                        .getKeyBuilder()
                                        .setNamespace("user")
                                        .setId(id));
        return page.addUnavailableShards(3).build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setText(text).build();
    }

    private static Value integer(long value) {
        return Value.newBuilder().setInteger(value).build();
    }

    private static Value real(double value) {
        return Value.newBuilder().setReal(value).build();
    }
}

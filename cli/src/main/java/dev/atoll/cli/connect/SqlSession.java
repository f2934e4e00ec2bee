package dev.atoll.cli.connect;

import dev.atoll.cli.terminal.Table;
import dev.atoll.proto.v1.Column;
import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.OperationResult;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.proto.v1.WriteOperation;
import dev.atoll.wire.InstanceKey;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** SQL on one instance over a connection. Thread-safe. */
public final class SqlSession {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Connection connection;
    private final InstanceKey key;

    public SqlSession(Connection connection, InstanceKey key) {
        this.connection = connection;
        this.key = key;
    }

    /**
     * One statement.
     *
     * @param parameters null, Long, Double, text or bytes
     */
    public record Call(String sql, List<? extends @Nullable Object> parameters) {
        /** A statement without parameters. */
        public Call(String sql) {
            this(sql, List.of());
        }
    }

    /**
     * What a statement gave.
     *
     * @param table its rows; without columns where it gave none
     * @param changes how many rows it changed
     */
    public record Result(Table table, long changes) {}

    /** The instance. */
    public InstanceKey key() {
        return key;
    }

    /** Reads; never creates the instance. */
    public Table query(String sql, @Nullable Object... parameters) {
        var operation =
                ReadOperation.newBuilder()
                        .setSql(SqlValues.statement(sql, java.util.Arrays.asList(parameters)));
        var request =
                QueryRequest.newBuilder()
                        .setInstance(key.toProto())
                        .addOperations(operation)
                        .build();
        var response = connection.database(stub -> stub.query(request));
        return table(response.getResults(0));
    }

    /** Writes all of them or none, in one transaction that runs at most once. */
    public List<Result> mutate(List<Call> calls) {
        var request =
                MutateRequest.newBuilder()
                        .setInstance(key.toProto())
                        .setRequestId(requestId().toString());
        for (var call : calls) {
            request.addOperations(
                    WriteOperation.newBuilder()
                            .setSql(SqlValues.statement(call.sql(), call.parameters())));
        }
        var built = request.build();
        var response = connection.database(stub -> stub.mutate(built));
        return response.getResultsList().stream()
                .map(result -> new Result(table(result), result.getChanges()))
                .toList();
    }

    private static Table table(OperationResult result) {
        var rows = new ArrayList<List<@Nullable Object>>();
        for (var row : result.getRowsList()) {
            var values = new ArrayList<@Nullable Object>();
            row.getValuesList().forEach(value -> values.add(SqlValues.plain(value)));
            rows.add(values);
        }
        return new Table(result.getColumnsList().stream().map(Column::getName).toList(), rows);
    }

    /** A UUIDv7: the time in milliseconds, then random bits. */
    private static UUID requestId() {
        long time = InstantSource.system().millis();
        long random = RANDOM.nextInt(1 << 12);
        long low = (RANDOM.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID((time << 16) | 0x7000 | random, low);
    }
}

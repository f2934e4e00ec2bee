package dev.atoll.system.harness;

import com.google.protobuf.ByteString;
import dev.atoll.proto.v1.CreateInstanceRequest;
import dev.atoll.proto.v1.DeleteInstanceRequest;
import dev.atoll.proto.v1.DescribeInstanceRequest;
import dev.atoll.proto.v1.Instance;
import dev.atoll.proto.v1.InstanceKey;
import dev.atoll.proto.v1.MutateRequest;
import dev.atoll.proto.v1.MutateResponse;
import dev.atoll.proto.v1.OperationResult;
import dev.atoll.proto.v1.QueryRequest;
import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.proto.v1.VerifyInstanceRequest;
import dev.atoll.proto.v1.WriteOperation;
import java.util.List;

/**
 * One instance through one client. Thread-safe.
 *
 * @param key of the instance
 */
public record InstanceHandle(TestClient client, InstanceKey key) {
    /** The same instance through another client. */
    public InstanceHandle through(TestClient other) {
        return new InstanceHandle(other, key);
    }

    /** The Query of these operations. */
    public QueryRequest queryRequest(ReadOperation... operations) {
        return QueryRequest.newBuilder()
                .setInstance(key)
                .addAllOperations(List.of(operations))
                .build();
    }

    /** The Mutate of these operations, without a request id. */
    public MutateRequest mutateRequest(WriteOperation... operations) {
        return MutateRequest.newBuilder()
                .setInstance(key)
                .addAllOperations(List.of(operations))
                .build();
    }

    /** Reads by one statement. */
    public OperationResult query(String sql, Object... parameters) {
        return client.database().query(queryRequest(Sql.read(sql, parameters))).getResults(0);
    }

    /** Reads by one operation. */
    public OperationResult read(ReadOperation operation) {
        return client.database().query(queryRequest(operation)).getResults(0);
    }

    /** Writes by one operation. */
    public OperationResult run(WriteOperation operation) {
        return mutate(operation).getResults(0);
    }

    /** The rows that one statement reads. */
    public List<List<Object>> rows(String sql, Object... parameters) {
        return Sql.rows(query(sql, parameters));
    }

    /** Writes by one statement. */
    public OperationResult mutate(String sql, Object... parameters) {
        return mutate(Sql.write(sql, parameters)).getResults(0);
    }

    /** Writes by operations in one transaction. */
    public MutateResponse mutate(WriteOperation... operations) {
        return client.database().mutate(mutateRequest(operations));
    }

    /** Runs statements without parameters in one transaction, and gives the instance back. */
    public InstanceHandle having(String... statements) {
        var request = mutateRequest().toBuilder();
        for (var statement : statements) {
            request.addOperations(Sql.write(statement));
        }
        client.database().mutate(request.build());
        return this;
    }

    /** What reading refuses. */
    public Refusal refusedQuery(String sql, Object... parameters) {
        return Refusal.of(() -> query(sql, parameters));
    }

    /** What writing refuses. */
    public Refusal refusedMutate(String sql, Object... parameters) {
        return Refusal.of(() -> mutate(sql, parameters));
    }

    public Instance create() {
        return client.instances()
                .createInstance(CreateInstanceRequest.newBuilder().setInstance(key).build());
    }

    public Instance describe() {
        return client.instances()
                .describeInstance(DescribeInstanceRequest.newBuilder().setInstance(key).build());
    }

    /** What a check finds wrong with its files. */
    public List<String> verify() {
        return client.instances()
                .verifyInstance(VerifyInstanceRequest.newBuilder().setInstance(key).build())
                .getProblemsList();
    }

    public void delete() {
        var _ =
                client.instances()
                        .deleteInstance(
                                DeleteInstanceRequest.newBuilder().setInstance(key).build());
    }

    /** The bytes that are authorised: {@code namespace:id}. */
    public ByteString keyBytes() {
        return ByteString.copyFromUtf8(
                key.getId().isEmpty()
                        ? key.getNamespace()
                        : key.getNamespace() + ":" + key.getId());
    }
}

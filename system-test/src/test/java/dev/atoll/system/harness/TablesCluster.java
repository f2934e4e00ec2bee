package dev.atoll.system.harness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.client.Atoll;
import dev.atoll.proto.v1.ApplyConfigRequest;
import dev.atoll.proto.v1.ReadOperation;
import dev.atoll.proto.v1.WriteOperation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One node and two routers with the declarations of {@code blocks/cases.yaml}, which all test
 * classes share that are about tables and rules. Started by the first, ended with the tests'
 * process.
 */
public final class TablesCluster {
    private static final AtomicLong COUNTER = new AtomicLong();

    private static @Nullable TestCluster cluster;
    private static @Nullable TestClient service;
    private static boolean failed;

    private TablesCluster() {}

    /** The cluster, ready, with the declarations in force. */
    public static synchronized TestCluster get() {
        if (cluster == null) {
            if (failed) {
                throw new IllegalStateException("the cluster did not start; see the first failure");
            }
            failed = true;
            var started = new TestCluster("tables").start(1, 2);
            var _ =
                    started.client(0)
                            .config()
                            .applyConfig(
                                    ApplyConfigRequest.newBuilder().setYaml(declared()).build());
            cluster = started;
        }
        return cluster;
    }

    /** The file. */
    public static String declared() {
        try (var file = TablesCluster.class.getResourceAsStream("/blocks/cases.yaml")) {
            assertThat(file).isNotNull();
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A service that may do everything, through the first router. */
    public static synchronized TestClient service() {
        if (service == null) {
            service = get().client(0);
        }
        return service;
    }

    /** A user, through the second router. */
    public static TestClient user(String name) {
        return get().client(1, get().issuer().user(name));
    }

    /** A user with one more claim. */
    public static TestClient user(String name, String claim, Object value) {
        return get().client(
                        1,
                        get().issuer()
                                .token(
                                        claims ->
                                                claims.issuer(TestIssuer.USERS)
                                                        .subject(name)
                                                        .claim(claim, value)));
    }

    /** The Java client, through the second router. To be closed. */
    public static Atoll javaClient(String token) {
        return Atoll.connect("127.0.0.1:" + get().router(1).port()).token(token).build();
    }

    /** An id that no other test uses. */
    public static String freshId() {
        return "i" + COUNTER.incrementAndGet() + "-" + ProcessHandle.current().pid();
    }

    /** An instance that no other test uses, for a service; it does not exist yet. */
    public static InstanceHandle fresh(String namespace) {
        return service().instance(namespace, freshId());
    }

    /** What a read refuses. */
    public static Refusal refused(InstanceHandle instance, ReadOperation operation) {
        return Refusal.of(() -> instance.read(operation));
    }

    /** What a write refuses. */
    public static Refusal refused(InstanceHandle instance, WriteOperation... operations) {
        return Refusal.of(() -> instance.mutate(operations));
    }
}

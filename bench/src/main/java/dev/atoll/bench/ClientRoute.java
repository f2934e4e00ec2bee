package dev.atoll.bench;

import dev.atoll.client.Atoll;
import dev.atoll.client.AtollException;
import dev.atoll.client.Instance;
import dev.atoll.client.Sql;
import dev.atoll.wire.InstanceKey;
import java.util.concurrent.ConcurrentHashMap;

/** The Java client, which lets calls share a Pipeline while several are under way. Thread-safe. */
public final class ClientRoute implements Route {
    private final Atoll atoll;
    private final boolean requestIds;
    private final ConcurrentHashMap<InstanceKey, Instance> instances = new ConcurrentHashMap<>();

    /**
     * @param atoll stays open
     * @param requestIds whether writes carry one, as they do unless a program says otherwise
     */
    public ClientRoute(Atoll atoll, boolean requestIds) {
        this.atoll = atoll;
        this.requestIds = requestIds;
    }

    @Override
    public String read(InstanceKey instance, long id) {
        try {
            instance(instance).query(BenchSql.READ, id).only();
            return "";
        } catch (AtollException e) {
            return e.reason().name();
        }
    }

    @Override
    public String update(InstanceKey instance, long id, byte[] value) {
        return write(instance, Sql.of(BenchSql.UPDATE, value, id));
    }

    @Override
    public String insert(InstanceKey instance, byte[] value) {
        return write(instance, Sql.of(BenchSql.INSERT, (Object) value));
    }

    private String write(InstanceKey instance, Sql statement) {
        try {
            instance(instance)
                    .mutate(
                            transaction -> {
                                transaction.execute(statement);
                                if (!requestIds) {
                                    transaction.withoutRequestId();
                                }
                            });
            return "";
        } catch (AtollException e) {
            return e.reason().name();
        }
    }

    private Instance instance(InstanceKey key) {
        return instances.computeIfAbsent(key, _ -> atoll.instance(key.namespace(), key.id()));
    }
}

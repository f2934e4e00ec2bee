package dev.atoll.cli.demo;

import dev.atoll.client.Atoll;
import dev.atoll.client.AtollException;
import dev.atoll.client.Instance;
import dev.atoll.client.Rows;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The instances of all customers, which are asked all at once: each answers for itself, and the
 * caller puts the answers together. Immutable.
 */
final class Customers {
    private final Atoll atoll;
    private final List<Long> ids;

    Customers(Atoll atoll, List<Long> ids) {
        this.atoll = atoll;
        this.ids = List.copyOf(ids);
    }

    /** {@code customer:<id>}. */
    static Instance instance(Atoll atoll, long id) {
        return atoll.instance("customer", Long.toString(id));
    }

    /** How many there are. */
    int count() {
        return ids.size();
    }

    /** The instance of one of them. */
    Instance instance(long id) {
        return instance(atoll, id);
    }

    /** What each of them answers, by the customer's id. */
    Map<Long, Rows> query(String sql) {
        var calls = new LinkedHashMap<Long, CompletableFuture<Rows>>();
        ids.forEach(id -> calls.put(id, instance(id).async().query(sql)));
        var answers = new LinkedHashMap<Long, Rows>();
        calls.forEach((id, call) -> answers.put(id, await(call)));
        return answers;
    }

    /** The sum of the whole numbers that each of them answers with. */
    long sum(String sql) {
        return query(sql).values().stream().mapToLong(rows -> rows.only().integer(0)).sum();
    }

    private static Rows await(CompletableFuture<Rows> call) {
        try {
            return call.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof AtollException failure) {
                throw failure;
            }
            throw e;
        }
    }
}

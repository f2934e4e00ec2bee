package dev.atoll.cli.demo;

import dev.atoll.cli.terminal.Progress;
import dev.atoll.client.Atoll;
import dev.atoll.client.AtollException;
import dev.atoll.client.Instance;
import dev.atoll.client.Transaction;
import dev.atoll.wire.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Takes the original file apart: what all customers share goes to {@code catalog}, the rest to an
 * instance for each customer, in one mutation. One thread at a time.
 *
 * <p>Never deletes an instance that holds something else than the demo's tables.
 */
final class StoreLoader {
    /** Well below a server's limits on operations and bytes, and enough to see progress. */
    private static final int ROWS_PER_MUTATION = 500;

    private static final String TABLES =
            "SELECT name FROM sqlite_schema WHERE type = 'table'"
                    + " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
                    + " AND lower(name) NOT LIKE '\\_atoll%' ESCAPE '\\'";

    private final ChinookFile original;
    private final Atoll atoll;
    private final ProgressStart progress;

    StoreLoader(ChinookFile original, Atoll atoll, ProgressStart progress) {
        this.original = original;
        this.atoll = atoll;
        this.progress = progress;
    }

    /** Shows a piece of work of so many steps. */
    interface ProgressStart {
        Progress start(String label, long total);
    }

    /** The catalogue: a namespace with one instance. */
    static Instance catalogue(Atoll atoll) {
        return atoll.instance("catalog");
    }

    /** Replaces all instances of the demo by those of these customers. */
    void load(List<Long> ids) {
        StoreFile.checkFits(atoll);
        removeOld(ids);
        StoreFile.apply(atoll);
        loadCatalogue();
        loadCustomers(ids);
    }

    private void removeOld(List<Long> ids) {
        var old = new ArrayList<Instance>();
        // All are looked at before the first is deleted.
        if (isThere(catalogue(atoll), StoreTable.CATALOG)) {
            old.add(catalogue(atoll));
        }
        for (long id : ids) {
            var customer = Customers.instance(atoll, id);
            if (isThere(customer, StoreTable.CUSTOMER)) {
                old.add(customer);
            }
        }
        if (!old.isEmpty()) {
            try (var bar = progress.start("Deleting the last run's", old.size())) {
                for (var instance : old) {
                    instance.delete();
                    bar.advance(1);
                }
            }
        }
    }

    private static boolean isThere(Instance instance, List<StoreTable> tables) {
        Set<String> found;
        try {
            found =
                    instance.query(TABLES).stream()
                            .map(row -> row.text(0))
                            .collect(Collectors.toSet());
        } catch (AtollException e) {
            if (e.reason() == Reason.INSTANCE_NOT_FOUND) {
                return false;
            }
            throw e;
        }
        var ours = tables.stream().map(StoreTable::name).collect(Collectors.toSet());
        if (!found.isEmpty() && !found.equals(ours)) {
            throw StoreFile.conflict(
                    "holds " + instance.key() + " with other tables than the demo's");
        }
        return true;
    }

    private void loadCatalogue() {
        var rows = new ArrayList<NewRow>();
        StoreTable.CATALOG.forEach(table -> rows.addAll(rows(table)));
        try (var bar = progress.start("Loading catalog (rows)", rows.size())) {
            for (int from = 0; from < rows.size(); from += ROWS_PER_MUTATION) {
                var batch = rows.subList(from, Math.min(from + ROWS_PER_MUTATION, rows.size()));
                catalogue(atoll).mutate(tx -> batch.forEach(row -> row.insert(tx)));
                bar.advance(batch.size());
            }
        }
    }

    private void loadCustomers(List<Long> ids) {
        try (var bar = progress.start("Loading customers", ids.size())) {
            for (long id : ids) {
                Customers.instance(atoll, id)
                        .mutate(
                                tx ->
                                        StoreTable.CUSTOMER.stream()
                                                .flatMap(table -> rows(table, id).stream())
                                                .forEach(row -> row.insert(tx)));
                bar.advance(1);
            }
        }
    }

    private List<NewRow> rows(StoreTable table, long... parameters) {
        return original.rows(table.source(), parameters).stream()
                .map(row -> new NewRow(table.name(), table.values(row)))
                .toList();
    }

    /** A row on its way. */
    private record NewRow(String table, Map<String, Object> fields) {
        void insert(Transaction tx) {
            tx.table(table).insert(fields);
        }
    }
}

package dev.atoll.cli.demo;

import dev.atoll.cli.terminal.Table;
import dev.atoll.client.Atoll;
import dev.atoll.client.Instance;
import dev.atoll.client.Json;
import dev.atoll.client.Row;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a music store wants to know. A statement sees one instance, so a question about several is
 * asked of each, and the answers are joined here, by plain Java. One thread at a time.
 */
final class Questions {
    private static final int ROWS_SHOWN = 5;
    private static final int PURCHASES_SHOWN = 10;

    private final Instance catalogue;
    private final Customers customers;
    private final PrintWriter out;

    Questions(Atoll atoll, Customers customers, PrintWriter out) {
        this.catalogue = StoreLoader.catalogue(atoll);
        this.customers = customers;
        this.out = out;
    }

    /** What one customer spent. */
    record Spending(String name, String country, String employeeId, long invoices, long cents) {}

    /** What was sold of one kind. */
    record Sales(long tracks, long cents) {
        Sales plus(Sales other) {
            return new Sales(tracks + other.tracks, cents + other.cents);
        }
    }

    /** Asks them all, and prints what comes back. */
    void answer() {
        longestAlbums();
        var spending = spending();
        bestCustomers(spending);
        purchases(spending.entrySet().iterator().next());
        topGenres();
        salesByEmployee(spending);
    }

    private void longestAlbums() {
        print(
                "Which albums play longest? (one query of catalog)",
                List.of("album", "artist", "tracks", "minutes"),
                catalogue
                        .query(
                                """
                                SELECT albums.title, artists.name, count(*),
                                    sum(tracks.milliseconds) / 60000
                                FROM tracks
                                JOIN albums ON albums.id = tracks.album_id
                                JOIN artists ON artists.id = albums.artist_id
                                GROUP BY albums.id ORDER BY 4 DESC LIMIT ?
                                """,
                                ROWS_SHOWN)
                        .stream()
                        .map(Questions::values)
                        .toList());
    }

    /** By customer; the highest first. */
    private Map<Long, Spending> spending() {
        var answers =
                customers.query(
                        """
                        SELECT first_name || ' ' || last_name AS name, country, employee_id,
                            (SELECT count(*) FROM invoices) AS invoices,
                            (SELECT coalesce(sum(total_cents), 0) FROM invoices) AS cents
                        FROM profile
                        """);
        var spending = new HashMap<Long, Spending>();
        answers.forEach((id, rows) -> spending.put(id, rows.only().as(Spending.class)));
        return sorted(spending, Spending::cents);
    }

    private void bestCustomers(Map<Long, Spending> spending) {
        var rows = new ArrayList<List<@Nullable Object>>();
        spending.forEach(
                (id, of) ->
                        rows.add(
                                List.of(
                                        "customer:" + id,
                                        of.name(),
                                        of.country(),
                                        of.invoices(),
                                        money(of.cents()))));
        print(
                "Who are the best customers? ("
                        + customers.count()
                        + " instances, all asked at once)",
                List.of("instance", "name", "country", "invoices", "spent"),
                rows.subList(0, Math.min(ROWS_SHOWN, rows.size())));
    }

    private void purchases(Map.Entry<Long, Spending> customer) {
        var lines =
                customers
                        .instance(customer.getKey())
                        .query(
                                """
                                SELECT CAST(invoices.id AS INTEGER) AS invoice, invoices.date, track_id,
                                    price_cents * quantity AS cents
                                FROM invoice_lines JOIN invoices ON invoices.id = invoice_id
                                ORDER BY invoices.date DESC, CAST(invoice_lines.id AS INTEGER) LIMIT ?
                                """,
                                PURCHASES_SHOWN);
        var trackIds = lines.stream().map(line -> line.text("track_id")).toList();
        var tracks =
                catalogue
                        .query(
                                """
                                SELECT tracks.id, tracks.name, artists.name AS artist FROM tracks
                                LEFT JOIN albums ON albums.id = album_id
                                LEFT JOIN artists ON artists.id = artist_id
                                WHERE tracks.id IN (SELECT value FROM json_each(?))
                                """,
                                Json.array(trackIds).toString())
                        .stream()
                        .collect(Collectors.toMap(row -> row.text("id"), Function.identity()));
        var rows = new ArrayList<List<@Nullable Object>>();
        for (var line : lines) {
            var track = known(tracks, line.text("track_id"));
            rows.add(
                    List.of(
                            line.integer("invoice"),
                            line.text("date"),
                            track.text("name"),
                            track.findText("artist").orElse(""),
                            money(line.integer("cents"))));
        }
        print(
                "What did "
                        + customer.getValue().name()
                        + " buy last? (customer:"
                        + customer.getKey()
                        + "'s invoices, joined with catalog)",
                List.of("invoice", "date", "track", "artist", "price"),
                rows);
    }

    private void topGenres() {
        var genres =
                catalogue
                        .query(
                                "SELECT tracks.id, genres.name FROM tracks"
                                        + " LEFT JOIN genres ON genres.id = genre_id")
                        .stream()
                        .collect(
                                Collectors.toMap(
                                        row -> row.text(0),
                                        row -> row.findText(1).orElse("(none)")));
        var sold =
                customers.query(
                        """
                        SELECT track_id, sum(quantity) AS tracks,
                            sum(price_cents * quantity) AS cents
                        FROM invoice_lines GROUP BY track_id
                        """);
        var sales = new HashMap<String, Sales>();
        for (var rows : sold.values()) {
            for (var row : rows) {
                sales.merge(known(genres, row.text("track_id")), row.as(Sales.class), Sales::plus);
            }
        }
        print(
                "Which genres sell best? (lines of all customers, joined with catalog)",
                List.of("genre", "tracks sold", "sales"),
                salesRows(sales));
    }

    private void salesByEmployee(Map<Long, Spending> spending) {
        var names =
                catalogue.query("SELECT id, first_name || ' ' || last_name FROM employees").stream()
                        .collect(Collectors.toMap(row -> row.text(0), row -> row.text(1)));
        var sales = new HashMap<String, Sales>();
        for (var of : spending.values()) {
            sales.merge(known(names, of.employeeId()), new Sales(1, of.cents()), Sales::plus);
        }
        print(
                "Whose customers spend most? (profiles of all, joined with catalog)",
                List.of("employee", "customers", "sales"),
                salesRows(sales));
    }

    private static List<List<@Nullable Object>> salesRows(Map<String, Sales> sales) {
        var rows = new ArrayList<List<@Nullable Object>>();
        sorted(sales, Sales::cents)
                .forEach((name, of) -> rows.add(List.of(name, of.tracks(), money(of.cents()))));
        return rows.subList(0, Math.min(ROWS_SHOWN, rows.size()));
    }

    private static <K extends Comparable<K>, V> Map<K, V> sorted(
            Map<K, V> map, Function<V, Long> highestFirst) {
        var sorted = new LinkedHashMap<K, V>();
        map.entrySet().stream()
                .sorted(
                        Comparator.comparing(
                                        (Map.Entry<K, V> entry) ->
                                                highestFirst.apply(entry.getValue()))
                                .reversed()
                                .thenComparing(Map.Entry.comparingByKey()))
                .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        return sorted;
    }

    /** There are no foreign keys between instances: the join is where a lost row would show. */
    private static <V> V known(Map<String, V> found, String id) {
        var value = found.get(id);
        if (value == null) {
            throw new IllegalStateException("catalog has no row " + id);
        }
        return value;
    }

    private static List<@Nullable Object> values(Row row) {
        var values = new ArrayList<@Nullable Object>();
        for (int i = 0; i < row.size(); i++) {
            values.add(row.value(i));
        }
        return values;
    }

    private static BigDecimal money(long cents) {
        return BigDecimal.valueOf(cents, 2);
    }

    private void print(String question, List<String> columns, List<List<@Nullable Object>> rows) {
        out.println();
        out.println(question);
        out.println();
        out.print(new Table(columns, rows).drawn());
        out.flush();
    }
}

package dev.atoll.cli.demo;

import dev.atoll.cli.terminal.Table;
import dev.atoll.client.Atoll;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether Atoll has all that the original file has, total by total. Immutable.
 *
 * <p>The original's money is added up as decimals from the file, not by the statements that loaded
 * it: a mistake in those shows here.
 */
record Verdict(List<Total> totals) {
    Verdict {
        totals = List.copyOf(totals);
    }

    /** One number, as it is on either side. */
    record Total(String what, BigDecimal original, BigDecimal atoll) {
        boolean holds() {
            return original.compareTo(atoll) == 0;
        }
    }

    static Verdict of(ChinookFile original, Atoll atoll, Customers customers) {
        return new Verdict(
                List.of(
                        count("catalogue rows", catalogueRows(original), catalogueRows(atoll)),
                        count(
                                "customers",
                                original.number("SELECT count(*) FROM Customer"),
                                customers.sum("SELECT count(*) FROM profile")),
                        count(
                                "invoices",
                                original.number("SELECT count(*) FROM Invoice"),
                                customers.sum("SELECT count(*) FROM invoices")),
                        count(
                                "invoice lines",
                                original.number("SELECT count(*) FROM InvoiceLine"),
                                customers.sum("SELECT count(*) FROM invoice_lines")),
                        new Total(
                                "money of invoices",
                                money(original, "SELECT Total, 1 FROM Invoice"),
                                money(
                                        customers,
                                        "SELECT coalesce(sum(total_cents), 0) FROM invoices")),
                        new Total(
                                "money of lines",
                                money(original, "SELECT UnitPrice, Quantity FROM InvoiceLine"),
                                money(
                                        customers,
                                        "SELECT coalesce(sum(price_cents * quantity), 0)"
                                                + " FROM invoice_lines"))));
    }

    /** Whether every total is the same on both sides. */
    boolean holds() {
        return totals.stream().allMatch(Total::holds);
    }

    void print(PrintWriter out) {
        var rows = new ArrayList<List<@Nullable Object>>();
        for (var total : totals) {
            rows.add(
                    List.of(
                            total.what(),
                            total.original(),
                            total.atoll(),
                            total.holds() ? "same" : "DIFFERENT"));
        }
        out.println();
        out.println("Is it all there? (the original file beside what Atoll answers)");
        out.println();
        out.print(new Table(List.of("total", "original", "atoll", ""), rows).drawn());
        out.println();
        out.println(
                holds()
                        ? "Verdict: nothing was lost, every total is the same to the cent."
                        : "Verdict: NOT the same as the original.");
        out.flush();
    }

    private static long catalogueRows(ChinookFile original) {
        return StoreTable.CATALOG.stream()
                .mapToLong(
                        table -> original.number("SELECT count(*) FROM (" + table.source() + ")"))
                .sum();
    }

    private static long catalogueRows(Atoll atoll) {
        return StoreTable.CATALOG.stream()
                .mapToLong(
                        table ->
                                StoreLoader.catalogue(atoll)
                                        .query("SELECT count(*) FROM " + table.name())
                                        .only()
                                        .integer(0))
                .sum();
    }

    private static Total count(String what, long original, long atoll) {
        return new Total(what, BigDecimal.valueOf(original), BigDecimal.valueOf(atoll));
    }

    /** Prices times quantities. */
    private static BigDecimal money(ChinookFile original, String select) {
        var sum =
                original.rows(select).stream()
                        .map(row -> decimal(row.getFirst()).multiply(decimal(row.getLast())))
                        .reduce(BigDecimal.ZERO, BigDecimal::add)
                        .stripTrailingZeros();
        return sum.setScale(Math.max(2, sum.scale()));
    }

    private static BigDecimal money(Customers customers, String centsSelect) {
        return BigDecimal.valueOf(customers.sum(centsSelect), 2);
    }

    /** The decimal that a price was written as: the shortest that gives the same number. */
    private static BigDecimal decimal(@Nullable Object value) {
        return switch (value) {
            case Long number -> BigDecimal.valueOf(number);
            case Double number -> BigDecimal.valueOf(number);
            case null, default -> throw new IllegalStateException("no number: " + value);
        };
    }
}

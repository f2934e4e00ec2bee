package dev.atoll.cli.demo;

import dev.atoll.cli.terminal.Table;
import dev.atoll.client.Atoll;
import dev.atoll.client.AtollException;
import dev.atoll.wire.Reason;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a customer is answered who calls with a token of his own, under the rules of the block file:
 * his rows, what all customers share, and nothing else. Immutable.
 */
record CustomerView(long customer, List<Answer> answers) {
    CustomerView {
        answers = List.copyOf(answers);
    }

    /** One call, and what came of it. */
    record Answer(String call, String expected, String answer) {
        boolean holds() {
            return answer.equals(expected);
        }
    }

    /**
     * Asks.
     *
     * @param caller with the token of that customer
     * @param all as a service, which sees everything
     */
    static CustomerView of(long customer, long other, Atoll caller, Atoll all) {
        var own = Customers.instance(caller, customer);
        var others = Customers.instance(caller, other);
        var catalogue = StoreLoader.catalogue(caller);
        var invoices = own.table("invoices");
        return new CustomerView(
                customer,
                List.of(
                        counts(
                                own.key() + ": count invoices",
                                Customers.instance(all, customer).table("invoices").count(),
                                invoices::count),
                        refused(
                                own.key() + ": set all invoices to 0",
                                Reason.RULE_DENIED,
                                () -> invoices.all().update(Map.of("total_cents", 0)).changes()),
                        refused(
                                others.key() + ": count invoices",
                                Reason.INSTANCE_NOT_FOUND,
                                () -> others.table("invoices").count()),
                        refused(
                                others.key() + ": add an invoice",
                                Reason.CREATE_DENIED,
                                () ->
                                        others.table("invoices")
                                                .insert(Map.of("date", "", "total_cents", 0))
                                                .changes()),
                        counts(
                                catalogue.key() + ": count tracks",
                                StoreLoader.catalogue(all).table("tracks").count(),
                                () -> catalogue.table("tracks").count()),
                        refused(
                                catalogue.key() + ": count employees",
                                Reason.RULE_DENIED,
                                () -> catalogue.table("employees").count())));
    }

    private static Answer counts(String call, long expected, LongSupplier rows) {
        return new Answer(call, Long.toString(expected), answer(rows));
    }

    private static Answer refused(String call, Reason expected, LongSupplier rows) {
        return new Answer(call, expected.name(), answer(rows));
    }

    private static String answer(LongSupplier rows) {
        try {
            return Long.toString(rows.getAsLong());
        } catch (AtollException e) {
            return e.reason().name();
        }
    }

    /** Whether he sees what he should, and no more. */
    boolean holds() {
        return answers.stream().allMatch(Answer::holds);
    }

    void print(PrintWriter out) {
        var rows = new ArrayList<List<@Nullable Object>>();
        for (var answer : answers) {
            rows.add(
                    List.of(
                            answer.call(),
                            answer.answer(),
                            answer.holds() ? "" : "WRONG, expected " + answer.expected()));
        }
        out.println();
        out.println(
                "What does customer " + customer + " see? (a token of his own, under the rules)");
        out.println();
        out.print(new Table(List.of("call", "answer", ""), rows).drawn());
        out.flush();
    }
}

/**
 * The Java client of Atoll: a SQLite database of its own for every user, team or device, behind one
 * endpoint.
 *
 * {@snippet :
 * try (var atoll = Atoll.connect("127.0.0.1:7400").token(token).build()) {
 *     var alice = atoll.instance("user", "alice");
 *     alice.mutate("CREATE TABLE IF NOT EXISTS notes(id INTEGER PRIMARY KEY, text TEXT)");
 *     alice.mutate("INSERT INTO notes(text) VALUES (?)", "first");
 *     for (var row : alice.query("SELECT id, text FROM notes WHERE id > ?", 0)) {
 *         System.out.println(row.integer("id") + " " + row.text("text"));
 *     }
 * }
 * }
 *
 * <p>Where a namespace declares tables, their rows are read and written by typed operations:
 *
 * {@snippet :
 * var invoices = atoll.db("workspace", "acme").table("invoices");
 * invoices.insert(new Invoice(12, "c1"));
 * var large = invoices.where("row.amount > args.min", Map.of("min", 10)).orderBy("amount desc");
 * List<Invoice> found = large.list().as(Invoice.class);
 * }
 *
 * <p>Every call has a deadline, and within it the client repeats what is safe to repeat: reads
 * always, writes too, since each carries a request id that makes it happen once. What fails in the
 * end is an {@link dev.atoll.client.AtollException}, which says why and whether it may have
 * happened all the same. One {@link dev.atoll.client.Atoll} is enough for a whole program.
 *
 * <p>It knows the wire and nothing of router and node. Thread-safe unless a class says otherwise.
 */
@NullMarked
package dev.atoll.client;

import org.jspecify.annotations.NullMarked;

import dev.atoll.client.Atoll;
import dev.atoll.client.AtollException;
import java.util.Map;

// An example of ../../data-modelling.md, which says how to run it.

record Invoice(String id, String customer, long amount, String state) {}

void open(Atoll alice, Atoll bob) {
    var owner = Map.of("userId", "bob", "role", "admin");
    refused(() -> bob.db("workspace", "bobs").table("members").insert(owner)); // not on plan pro

    alice.db("workspace", "acme")
            .mutate(
                    tx -> {
                        tx.table("members").insert(Map.of("userId", "alice", "role", "admin"));
                        tx.table("members").insert(Map.of("userId", "bob"));
                        tx.table("customers").insert(Map.of("id", "c1", "name", "Reef Ltd"));
                    });
    System.out.println("members: " + bob.db("workspace", "acme").table("members").count());
}

void work(Atoll alice, Atoll bob) {
    var ofBob = bob.db("workspace", "acme").table("invoices");
    var ofAlice = alice.db("workspace", "acme").table("invoices");
    var id = ofBob.insert(Map.of("customer", "c1", "amount", 12_00, "author", "bob")).id();
    System.out.println("alice sees " + ofAlice.count() + ", bob " + ofBob.count());

    ofBob.update(id, Map.of("state", "sent"));
    var large = ofAlice.where("row.amount > args.min", Map.of("min", 10_00)).list();
    for (var invoice : large.as(Invoice.class)) {
        System.out.println("alice sees " + invoice.amount() + " " + invoice.state());
    }
    refused(() -> ofAlice.update(id, Map.of("amount", 0)));
    refused(() -> ofBob.update(id, Map.of("amount", 0))); // sent: not even its author may
}

void attack(Atoll bob, Atoll carol) {
    var admin = Map.of("userId", "bob", "role", "admin");
    refused(() -> bob.db("workspace", "acme").table("members").upsertBy("userId", admin));
    refused(() -> bob.db("workspace", "acme").mutate(tx -> {
        tx.table("members").where("row.userId == 'bob'").delete(); // he may leave
        tx.table("members").insert(admin);
    }));

    refused(() -> carol.db("workspace", "acme").table("invoices").count());
    refused(() -> carol.db("workspace", "missing").table("invoices").count());
}

void invite(Atoll backend, Atoll carol) {
    // First what counts, then the copy. Both may be repeated, so a crash in between does no harm.
    backend.db("workspace", "acme").table("members").upsertBy("userId", Map.of("userId", "carol"));
    backend.db("user", "carol").table("workspaces").upsert(Map.of("id", "acme", "name", "Acme"));

    for (var workspace : carol.db("user", "carol").table("workspaces").list()) {
        var id = workspace.text("id");
        System.out.println(id + ": " + carol.db("workspace", id).table("invoices").count());
    }
}

void remove(Atoll alice, Atoll bob) {
    var members = alice.db("workspace", "acme").table("members");
    members.where("row.userId == 'bob'").delete();
    refused(() -> bob.db("workspace", "acme").table("invoices").count());
    refused(() -> members.where("row.userId == 'alice'").update(Map.of("role", "member")));
}

void main() {
    try (var alice = client("ALICE");
            var bob = client("BOB");
            var carol = client("CAROL");
            var backend = client("BACKEND")) {
        open(alice, bob);
        work(alice, bob);
        attack(bob, carol);
        invite(backend, carol);
        remove(alice, bob);
    }
}

/** A client with the token in that variable. */
Atoll client(String variable) {
    return Atoll.connect(System.getenv().getOrDefault("ATOLL_ENDPOINT", "127.0.0.1:7400"))
            .token(System.getenv(variable))
            .build();
}

/** Prints why a call is refused. */
void refused(Runnable call) {
    try {
        call.run();
        System.out.println("not refused");
    } catch (AtollException e) {
        System.out.println(e.reason());
    }
}

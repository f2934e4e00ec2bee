import dev.atoll.client.Atoll;
import dev.atoll.client.AtollException;
import java.util.Map;

// An example of ../../data-modelling.md, which says how to run it.

record Note(String id, String title, boolean pinned) {}

void write(Atoll alice) {
    var notes = alice.db("user", "alice").table("notes");
    notes.insert(Map.of("title", "Shopping", "text", "fish, bread")); // creates user:alice
    var id = notes.insert(Map.of("title", "Ideas", "text", "an app for fish")).id();
    notes.update(id, Map.of("pinned", true));

    for (var note : notes.orderBy("pinned desc, updatedAt desc").list().as(Note.class)) {
        System.out.println(note.title() + (note.pinned() ? " (pinned)" : ""));
    }
    System.out.println("bread: " + notes.search("bread").first().orElseThrow().text("title"));
}

void look(Atoll bob) {
    refused(() -> bob.db("user", "alice").table("notes").count());
    refused(() -> bob.db("user", "nobody").table("notes").count());
    refused(() -> bob.db("user", "alice").table("notes").insert(Map.of("title", "Hello")));
    refused(() -> bob.db("user", "bob").table("notes").count()); // he has written nothing yet
}

void leave(Atoll alice) {
    alice.db("user", "alice").delete();
    refused(() -> alice.db("user", "alice").table("notes").count());
}

void main() {
    try (var alice = client("ALICE");
            var bob = client("BOB")) {
        write(alice);
        look(bob);
        leave(alice);
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

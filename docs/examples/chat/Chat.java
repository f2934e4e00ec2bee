import dev.atoll.client.Atoll;
import dev.atoll.client.AtollException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

// An example of ../../data-modelling.md, which says how to run it.

record Message(String id, Instant createdAt, String author, String text) {}

void open(Atoll alice) {
    alice.db("channel", "lounge")
            .mutate(
                    tx -> {
                        tx.table("members").insert(Map.of("userId", "alice", "moderator", true));
                        tx.table("about").insert(Map.of("name", "Lounge", "open", true));
                        tx.table("messages").insert(Map.of("author", "alice", "text", "Welcome"));
                    });
    alice.db("channel", "alice-and-bob")
            .mutate(
                    tx -> {
                        tx.table("members").insert(Map.of("userId", "alice", "moderator", true));
                        tx.table("members").insert(Map.of("userId", "bob"));
                    });
}

void talk(Atoll alice, Atoll bob) {
    var lounge = bob.db("channel", "lounge");
    System.out.println("bob reads " + lounge.table("messages").count());
    refused(() -> lounge.table("messages").insert(Map.of("author", "bob", "text", "Hi")));

    lounge.mutate(
            tx -> {
                tx.table("members").insert(Map.of("userId", "bob"));
                tx.table("messages").insert(Map.of("author", "bob", "text", "Hi"));
            });
    refused(() -> lounge.table("messages").insert(Map.of("author", "alice", "text", "I resign")));
    var changed = lounge.table("about").all().update(Map.of("open", false)).changes();
    System.out.println("bob closes " + changed);

    var tomorrow = Instant.now().plus(Duration.ofDays(1));
    alice.db("channel", "alice-and-bob")
            .table("messages")
            .insert(Map.of("author", "alice", "text", "until tomorrow", "until", tomorrow));

    var newest = lounge.table("messages").orderBy("createdAt desc").list();
    for (var message : newest.as(Message.class)) {
        System.out.println(message.author() + ": " + message.text());
    }
}

void unread(Atoll alice) {
    var own = alice.db("user", "alice").table("channels");
    var messages = alice.db("channel", "lounge").table("messages");
    var first = messages.orderBy("createdAt").first().orElseThrow().as(Message.class);
    own.upsert(Map.of("id", "lounge", "readUpTo", first.createdAt()));

    var seen = own.get("lounge").moment("readUpTo");
    var unread = messages.where("row.createdAt > args.seen", Map.of("seen", seen));
    System.out.println("unread: " + unread.count());
}

void others(Atoll carol) {
    System.out.println("carol reads " + carol.db("channel", "lounge").table("messages").count());
    refused(() -> carol.db("channel", "alice-and-bob").table("messages").count());
    refused(() -> carol.db("user", "alice").table("channels").count());
    refused(
            () ->
                    carol.db("channel", "lounge")
                            .table("members")
                            .insert(Map.of("userId", "carol", "moderator", true)));
}

void moderate(Atoll alice, Atoll bob) {
    var lounge = alice.db("channel", "lounge");
    lounge.mutate(
            tx -> {
                tx.table("messages").where("row.author == 'bob'").delete();
                tx.table("members").where("row.userId == 'bob'").delete();
                tx.table("about").all().update(Map.of("open", false));
            });
    refused(() -> bob.db("channel", "lounge").table("messages").count());
}

void main() {
    try (var alice = client("ALICE");
            var bob = client("BOB");
            var carol = client("CAROL")) {
        open(alice);
        talk(alice, bob);
        unread(alice);
        others(carol);
        moderate(alice, bob);
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

import dev.atoll.client.Atoll;
import dev.atoll.client.AtollException;
import java.util.Map;

// An example of ../../data-modelling.md, which says how to run it.

record Product(String id, String name, long price) {}

void open(Atoll backend, Atoll alice) {
    backend.db("vendor", "reef").table("staff").insert(Map.of("userId", "alice"));

    var products = alice.db("vendor", "reef").table("products");
    products.insert(Map.of("id", "lamp", "name", "Reef lamp", "price", 25_00, "published", true));
    products.insert(Map.of("id", "pump", "name", "Wave pump", "price", 80_00));
    System.out.println("alice sees " + products.count());
}

void buy(Atoll bob, Atoll carol) {
    var reef = carol.db("vendor", "reef");
    for (var product : reef.table("products").list().as(Product.class)) {
        System.out.println("carol sees " + product.name() + ", " + product.price());
    }
    var orders = reef.table("orders");
    orders.insert(order("lamp", 25_00, "carol"));

    refused(() -> orders.insert(order("lamp", 1, "carol"))); // not its price
    refused(() -> orders.insert(order("pump", 80_00, "carol"))); // not on sale
    refused(() -> orders.insert(order("lamp", 25_00, "bob"))); // in another's name
    refused(() -> reef.table("products").update("lamp", Map.of("price", 1)));

    System.out.println("orders that bob sees: " + bob.db("vendor", "reef").table("orders").count());
}

Map<String, Object> order(String product, long price, String buyer) {
    return Map.of("product", product, "price", price, "quantity", 2, "buyer", buyer);
}

void ship(Atoll alice, Atoll carol) {
    var reef = alice.db("vendor", "reef");
    var order = reef.table("orders").where("row.state == 'placed'").first().orElseThrow();
    System.out.println(order.text("buyer") + " pays " + order.integer("total"));
    reef.table("orders").update(order.text("id"), Map.of("state", "shipped"));

    refused(() -> carol.db("vendor", "reef").table("orders").delete(order.text("id"))); // too late
    refused(() -> reef.table("products").delete("lamp")); // it was bought
    refused(() -> alice.db("vendor", "other").table("orders").count());
}

void publish(Atoll backend) {
    var published = backend.db("vendor", "reef").table("products").where("row.published").list();
    backend.db("catalog")
            .mutate(
                    tx -> {
                        tx.table("products").where("row.vendor == 'reef'").delete();
                        for (var product : published.as(Product.class)) {
                            var name = product.name();
                            var price = product.price();
                            tx.table("products")
                                    .insert(Map.of("vendor", "reef", "name", name, "price", price));
                        }
                    });
}

void browse(Atoll nobody) {
    for (var product : nobody.db("catalog").table("products").search("lam*")) {
        System.out.println(product.text("name") + " at " + product.text("vendor"));
    }
    refused(() -> nobody.db("catalog").table("products").all().delete());
    refused(() -> nobody.db("vendor", "reef").table("products").count());
}

void main() {
    try (var alice = client("ALICE");
            var bob = client("BOB");
            var carol = client("CAROL");
            var backend = client("BACKEND");
            var nobody = Atoll.connect(endpoint()).build()) {
        open(backend, alice);
        buy(bob, carol);
        ship(alice, carol);
        publish(backend);
        browse(nobody);
    }
}

/** A client with the token in that variable. */
Atoll client(String variable) {
    return Atoll.connect(endpoint()).token(System.getenv(variable)).build();
}

String endpoint() {
    return System.getenv().getOrDefault("ATOLL_ENDPOINT", "127.0.0.1:7400");
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

package dev.atoll.cli.sql;

/** How replies are written. Immutable. */
enum Format {
    DRAWN,
    CSV,
    JSON;

    String write(Reply reply) {
        return switch (this) {
            case DRAWN -> reply.drawn();
            case CSV -> reply.csv();
            case JSON -> reply.json();
        };
    }
}

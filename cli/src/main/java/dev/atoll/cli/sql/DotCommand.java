package dev.atoll.cli.sql;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a shell understands besides SQL. Immutable. */
enum DotCommand {
    TABLES("the tables and views"),
    SCHEMA("the statements that made them; .schema NAME for one"),
    HELP("this help"),
    QUIT("leave; so does Ctrl-D");

    private final String meaning;

    DotCommand(String meaning) {
        this.meaning = meaning;
    }

    static Optional<DotCommand> find(String word) {
        return Stream.of(values()).filter(command -> command.text().equals(word)).findFirst();
    }

    static List<String> names() {
        return Stream.of(values()).map(DotCommand::text).toList();
    }

    static List<String> help() {
        return Stream.of(values())
                .map(command -> String.format("%-9s %s", command.text(), command.meaning))
                .toList();
    }

    private String text() {
        return "." + name().toLowerCase(java.util.Locale.ROOT);
    }
}

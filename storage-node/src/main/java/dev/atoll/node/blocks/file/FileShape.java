package dev.atoll.node.blocks.file;

import static dev.atoll.node.blocks.file.Shape.optional;
import static dev.atoll.node.blocks.file.Shape.required;

import java.util.List;

/** What may stand in a block file, and what it means. Immutable. */
final class FileShape {
    static final String NAMESPACE = "[a-z][a-z0-9_-]{0,62}";

    /** Names of tables and fields: what rules and SQL can say without quotes. */
    static final String NAME = "[A-Za-z][A-Za-z0-9_]{0,62}";

    private static final int NAMESPACES_MAX = 1_000;

    /**
     * SQLite takes longer for each table the more there are, and an instance is made with all of
     * them at its first call: 1,000 take a third of a second, 2,000 one and a half, 10,000 half a
     * minute.
     */
    private static final int TABLES_MAX = 1_000;

    /** SQLite takes 2,000 columns, and a statement has a parameter for each, and more. */
    private static final int FIELDS_MAX = 500;

    private static final int INDEXES_MAX = 50;
    private static final int INDEX_FIELDS_MAX = 20;
    private static final int SEARCH_MAX = 50;
    private static final int WORDS_MAX = 1_000;
    private static final int MIGRATIONS_MAX = 10_000;
    private static final int STATEMENTS_MAX = 1_000;

    private static final Shape ANY_NAME = new Shape.Words("A field.", NAME, "the name of a field");

    private static final Shape SQL = new Shape.Words("SQL.", ".+", "SQL");

    static final Shape.Fields FILE =
            new Shape.Fields(
                    "A block file: it declares the namespaces of a cluster.",
                    List.of(
                            required(
                                    "databases",
                                    new Shape.Named(
                                            "The namespaces. Each is a block: its tables share one"
                                                    + " database.",
                                            NAMESPACE,
                                            block(),
                                            NAMESPACES_MAX))));

    private FileShape() {}

    private static Shape block() {
        return new Shape.Fields(
                "One namespace.",
                List.of(
                        optional(
                                "dynamic",
                                new Shape.Flag(
                                        "Whether it has many instances, each with an id, or a"
                                                + " single one. Default: false.")),
                        optional(
                                "anonymous",
                                new Shape.Flag(
                                        "Whether callers without a token are let in: there auth is"
                                                + " null, and the rules decide. Default: false.")),
                        optional(
                                "sql",
                                new Shape.Flag(
                                        "For services only: migrations, but no declared tables and"
                                                + " no rules. Default: false.")),
                        optional(
                                "secure-delete",
                                new Shape.Flag(
                                        "Whether what is deleted is overwritten with zeros. Default:"
                                                + " true where a table has a ttl.")),
                        optional("access", blockAccess()),
                        optional(
                                "tables",
                                new Shape.Named(
                                        "The tables. They share one database and can be joined.",
                                        NAME,
                                        table(),
                                        TABLES_MAX)),
                        optional("migrations", migrations()),
                        optional("limits", limits())));
    }

    private static Shape blockAccess() {
        return new Shape.Fields(
                "Who may use instances. What has no rule is denied to users.",
                List.of(
                        optional(
                                "create",
                                new Shape.Rule(
                                        "Whether a Mutate may create the instance. Knows auth,"
                                                + " instance and now.")),
                        optional(
                                "access",
                                new Shape.Rule(
                                        "Whether the instance may be used at all. Knows auth,"
                                                + " instance, now and tables.")),
                        optional(
                                "delete",
                                new Shape.Rule(
                                        "Whether the instance may be deleted. Knows auth,"
                                                + " instance, now and tables."))));
    }

    private static Shape table() {
        return new Shape.Fields(
                "One table. It has the fields id (text), createdAt and updatedAt by itself.",
                List.of(
                        required(
                                "fields",
                                new Shape.Named("Its fields.", NAME, field(), FIELDS_MAX)),
                        optional(
                                "indexes",
                                new Shape.Many(
                                        "Indexes, over more than one field or with conditions.",
                                        index(),
                                        INDEXES_MAX)),
                        optional(
                                "search",
                                new Shape.Many(
                                        "Text fields for full-text search.", ANY_NAME, SEARCH_MAX)),
                        optional(
                                "ttl",
                                new Shape.Words(
                                        "The datetime field after whose moment a row is gone.",
                                        NAME,
                                        "the name of a field")),
                        optional("access", tableAccess())));
    }

    private static Shape field() {
        return new Shape.Fields(
                "One field.",
                List.of(
                        required(
                                "type",
                                new Shape.Choice(
                                        "Its type.",
                                        List.of(
                                                "text",
                                                "integer",
                                                "real",
                                                "boolean",
                                                "datetime",
                                                "json",
                                                "blob"))),
                        optional("required", new Shape.Flag("Never null. Default: false.")),
                        optional(
                                "default",
                                new Shape.Plain("The value of a new row that has none.")),
                        optional("unique", new Shape.Flag("No two rows have the same value.")),
                        optional("index", new Shape.Flag("Has an index.")),
                        optional(
                                "min",
                                new Shape.Plain(
                                        "The least value; of a text, the fewest characters.")),
                        optional(
                                "max",
                                new Shape.Plain(
                                        "The greatest value; of a text, the most characters.")),
                        optional(
                                "pattern",
                                new Shape.Words(
                                        "A pattern in RE2's syntax that is found in the text.",
                                        ".+",
                                        "a pattern")),
                        optional(
                                "enum",
                                new Shape.Many(
                                        "The texts that it may be.",
                                        new Shape.Words("A text.", ".*", "a text"),
                                        WORDS_MAX)),
                        optional(
                                "references",
                                new Shape.Words(
                                        "The field of a table of this block whose value it has.",
                                        NAME + "\\." + NAME,
                                        "TABLE.FIELD")),
                        optional(
                                "on-delete",
                                new Shape.Choice(
                                        "What happens to the row when the one it references is"
                                                + " deleted. Default: restrict.",
                                        List.of("restrict", "cascade", "set-null"))),
                        optional(
                                "computed",
                                new Shape.Words(
                                        "An SQL expression over other fields of the row.",
                                        ".+",
                                        "SQL"))));
    }

    private static Shape index() {
        return new Shape.Fields(
                "One index.",
                List.of(
                        required(
                                "fields",
                                new Shape.Many(
                                        "The fields, in order.", ANY_NAME, INDEX_FIELDS_MAX)),
                        optional("unique", new Shape.Flag("No two rows have the same values.")),
                        optional(
                                "where",
                                new Shape.Words(
                                        "An SQL condition: only its rows are in the index.",
                                        ".+",
                                        "SQL")),
                        optional(
                                "include",
                                new Shape.Many(
                                        "Fields that are only read from the index.",
                                        ANY_NAME,
                                        INDEX_FIELDS_MAX))));
    }

    private static Shape tableAccess() {
        return new Shape.Fields(
                "Who may do what with rows. What has no rule is denied to users.",
                List.of(
                        optional("read", new Shape.Rule("Which rows may be seen.")),
                        optional("insert", new Shape.Rule("Which rows may be made.")),
                        optional("update", new Shape.Rule("Which rows may be changed.")),
                        optional(
                                "check",
                                new Shape.Rule(
                                        "What a changed row has to be. Default: what update"
                                                + " says.")),
                        optional("delete", new Shape.Rule("Which rows may be deleted."))));
    }

    private static Shape migrations() {
        return new Shape.Many(
                "Changes of the data that the tables' declaration cannot say, in order; one that"
                        + " was applied is not changed any more.",
                new Shape.Fields(
                        "One migration: all of it is applied, or nothing.",
                        List.of(
                                required(
                                        "name",
                                        new Shape.Words(
                                                "Its name, which is never used again.",
                                                "[a-z0-9][a-z0-9_-]{0,62}",
                                                "small letters, digits, _ and -")),
                                required(
                                        "sql",
                                        new Shape.Many(
                                                "The statements, in order.",
                                                SQL,
                                                STATEMENTS_MAX)))),
                MIGRATIONS_MAX);
    }

    private static Shape limits() {
        return new Shape.Fields(
                "Limits of each instance.",
                List.of(
                        optional(
                                "size",
                                new Shape.Words(
                                        "Of its database: a number with KiB, MiB or GiB.",
                                        "[1-9]\\d{0,9}(KiB|MiB|GiB)",
                                        "a size, such as 512MiB")),
                        optional(
                                "statement-time",
                                new Shape.Words(
                                        "Of one statement: a number with ms, s or m.",
                                        "[1-9]\\d{0,6}(ms|s|m)",
                                        "a duration, such as 500ms")),
                        optional(
                                "calls-per-second",
                                new Shape.Whole("Of all callers together.", 1, 1_000_000))));
    }
}

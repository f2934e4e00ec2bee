package dev.atoll.cli.connect;

import dev.atoll.cli.terminal.Table;
import java.io.PrintWriter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every command that asks a server and prints a table. One thread at a time. */
public final class AnswerOptions {
    @Mixin private ClientOptions client = new ClientOptions();

    @Option(names = "--json", description = "Print JSON")
    private boolean json;

    /** How to reach the server. */
    public ClientOptions client() {
        return client;
    }

    /** Prints the table, drawn or as JSON. */
    public void print(Table table, PrintWriter out) {
        print(table, table.drawn(), out);
    }

    /** Prints the table where a program reads the answer, else the text. */
    public void print(Table table, String text, PrintWriter out) {
        if (json) {
            out.println(table.json());
        } else {
            out.print(text);
        }
        out.flush();
    }

    /** Prints a line that comes before the answer, but for programs. */
    public void printLine(String line, PrintWriter out) {
        if (!json) {
            out.print(line + "\n");
            out.flush();
        }
    }

    /** Prints what a program reads, for it alone. */
    public void printForPrograms(String line, PrintWriter out) {
        if (json) {
            out.println(line);
            out.flush();
        }
    }
}

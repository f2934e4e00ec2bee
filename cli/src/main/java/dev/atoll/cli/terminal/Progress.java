package dev.atoll.cli.terminal;

import java.io.PrintWriter;

/**
 * How far a piece of work has come: a bar that grows on a screen, a line at its end elsewhere. One
 * thread at a time.
 */
public final class Progress implements AutoCloseable {
    private static final int BAR_WIDTH = 30;
    private static final int LABEL_WIDTH = 28;

    private final PrintWriter out;
    private final boolean onScreen;
    private final String label;
    private final long total;
    private long done;
    private int drawn = -1;

    /**
     * Starts at zero.
     *
     * @param onScreen whether the bar may be drawn over again
     * @param label what is being done
     * @param total how many steps there are
     */
    public Progress(PrintWriter out, boolean onScreen, String label, long total) {
        this.out = out;
        this.onScreen = onScreen;
        this.label = label;
        this.total = total;
        draw();
    }

    /** Whether output goes to a person's screen. */
    @SuppressWarnings("SystemConsoleNull") // It is null where -Djdk.console=java.base is set.
    public static boolean isScreen() {
        var console = System.console();
        return console != null && console.isTerminal();
    }

    /** So many more steps are done. */
    public void advance(long steps) {
        done += steps;
        draw();
    }

    /** Ends the line. */
    @Override
    public void close() {
        if (onScreen) {
            out.println();
        } else {
            out.println(String.format("%-" + LABEL_WIDTH + "s %d/%d", label, done, total));
        }
        out.flush();
    }

    private void draw() {
        int filled = total == 0 ? BAR_WIDTH : (int) (BAR_WIDTH * Math.min(done, total) / total);
        if (onScreen && (filled != drawn || done == total)) {
            drawn = filled;
            out.print(
                    String.format(
                            "\r%-" + LABEL_WIDTH + "s [%s%s] %d/%d",
                            label,
                            "#".repeat(filled),
                            ".".repeat(BAR_WIDTH - filled),
                            done,
                            total));
            out.flush();
        }
    }
}

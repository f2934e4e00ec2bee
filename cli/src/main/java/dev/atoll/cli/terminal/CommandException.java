package dev.atoll.cli.terminal;

/**
 * A command cannot do what it was asked; its text is all that the user needs. Immutable. Open to
 * those that know more of the cause.
 */
public class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode code;
    private final String text;

    public CommandException(ExitCode code, String message) {
        super(message);
        this.code = code;
        this.text = message;
    }

    /** What the process ends with. */
    public ExitCode code() {
        return code;
    }

    /** What to tell the user, a line each. */
    public java.util.List<String> lines() {
        return text.lines().toList();
    }
}

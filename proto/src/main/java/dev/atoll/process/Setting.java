package dev.atoll.process;

import java.util.Locale;

/**
 * One setting of a process: the source of its flag, its environment variable, its line in a file
 * and its row in the docs. Immutable.
 *
 * @param name in kebab case, as the flag without dashes: {@code http-port}
 * @param defaultText what holds where nothing is set, in the form a user would write it; empty for
 *     none
 * @param meaning one sentence, with unit and limits
 */
public record Setting(String name, String defaultText, String meaning) {
    /** The environment variable: {@code ATOLL_HTTP_PORT}. */
    public String environmentVariable() {
        return Settings.ENVIRONMENT_PREFIX + name.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}

package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.OutputStreamAppender;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

/** Log lines as servers write them: what callers name does not make lines of its own. */
class LogLinesTest {
    private static final String FORGED = "2026-01-31T12:00:00.000Z INFO  Node all is well";

    @Test
    void aMessageAndItsValuesAreOneLine() throws Exception {
        var line = written("alarm\n" + FORGED, "a\r\n" + FORGED + "\u001b[2J\u0085\u2028b", null);
        assertThat(line.lines()).hasSize(1);
        assertThat(line)
                .endsWith(
                        "alarm "
                                + FORGED
                                + " name=a  "
                                + FORGED
                                + " [2J  b"
                                + System.lineSeparator());
    }

    @Test
    void theMessageOfAnExceptionIsIndentedAndItsStackStays() throws Exception {
        var failure =
                new IllegalStateException(
                        "a\n" + FORGED + "\r" + FORGED, new RuntimeException("b\u001b"));
        var lines = written("failed", "a", failure).lines().toList();
        assertThat(lines.get(1)).isEqualTo("java.lang.IllegalStateException: a");
        assertThat(lines.get(2)).isEqualTo("    " + FORGED);
        assertThat(lines.get(3)).isEqualTo("    " + FORGED);
        assertThat(lines.get(4)).startsWith("\tat dev.atoll.cli.LogLinesTest.");
        assertThat(lines).contains("    Caused by: java.lang.RuntimeException: b ");
        assertThat(lines.subList(2, lines.size())).allMatch(line -> line.matches("[ \t].*"));
    }

    private static String written(String message, String name, @Nullable Throwable thrown)
            throws Exception {
        var context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        var configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(Objects.requireNonNull(Atoll.class.getResource("/logback.xml")));
        try {
            var logger = context.getLogger("dev.atoll.node.Node");
            var event =
                    new LoggingEvent(
                            Atoll.class.getName(), logger, Level.WARN, message, thrown, null);
            event.addKeyValuePair(new KeyValuePair("name", name));
            var appender =
                    (OutputStreamAppender<ILoggingEvent>)
                            context.getLogger("ROOT").getAppender("stderr");
            return new String(appender.getEncoder().encode(event), StandardCharsets.UTF_8);
        } finally {
            context.stop();
        }
    }
}

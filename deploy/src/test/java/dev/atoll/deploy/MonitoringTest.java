package dev.atoll.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** The Prometheus files and the dashboard are well-formed and name only metrics that exist. */
class MonitoringTest {
    private static final String SCRAPES = "deploy/prometheus/prometheus.yml";
    private static final String ALERTS = "deploy/prometheus/alerts.yml";
    private static final String DASHBOARD = "deploy/grafana/atoll.json";
    private static final String METRICS_DOC = "docs/metrics.md";

    private static final Pattern METRIC =
            Pattern.compile("\\b(?:atoll|jvm|process|system)_[a-z0-9_]+\\b");
    private static final Pattern DOCUMENTED = Pattern.compile("^\\| `([a-z0-9_]+)` \\|.*");
    private static final List<String> SUFFIXES = List.of("_bucket", "_sum", "_count");

    @Test
    void prometheusTakesItsFiles(@TempDir Path scratch) throws Exception {
        var promtool = Tool.find("promtool");
        if (promtool.isPresent()) {
            System.out.println("MonitoringTest: promtool checks the Prometheus files");
            var outcome =
                    promtool.get()
                            .run(
                                    scratch,
                                    List.of(
                                            "check",
                                            "config",
                                            Repository.file(SCRAPES).toString()));

            assertThat(outcome.exitCode()).as(outcome.output()).isZero();
            assertThat(outcome.output()).contains("rules found");
        } else {
            System.out.println("MonitoringTest: there is no promtool; only the YAML is parsed");

            assertThat(yaml(SCRAPES)).containsKeys("scrape_configs", "rule_files");
            assertThat(alerts()).isNotEmpty();
        }
    }

    @Test
    void everyAlertSaysWhatToDo() {
        var silent = new ArrayList<String>();
        for (var alert : alerts()) {
            if (!(alert.get("annotations") instanceof Map<?, ?> said)
                    || !said.containsKey("summary")
                    || !said.containsKey("action")) {
                silent.add(String.valueOf(alert.get("alert")));
            }
        }

        assertThat(silent).isEmpty();
    }

    @Test
    void alertsNameDocumentedMetrics() throws IOException {
        var named = new TreeSet<String>();
        for (var alert : alerts()) {
            addMetrics(String.valueOf(alert.get("expr")), named);
        }

        assertThat(named).isNotEmpty();
        assertThat(documented()).containsAll(named);
    }

    @Test
    void dashboardNamesDocumentedMetrics() {
        var named = new TreeSet<String>();
        addExpressions(JsonParser.parseString(Repository.read(DASHBOARD)), named);

        assertThat(named).hasSizeGreaterThan(10);
        assertThat(documented()).containsAll(named);
    }

    @Test
    void dashboardPanelsDoNotOverlap() {
        var taken = new TreeSet<String>();
        var panels =
                JsonParser.parseString(Repository.read(DASHBOARD))
                        .getAsJsonObject()
                        .getAsJsonArray("panels");
        for (var panel : panels) {
            var at = panel.getAsJsonObject().getAsJsonObject("gridPos");
            int left = at.get("x").getAsInt();
            int top = at.get("y").getAsInt();
            for (int x = left; x < left + at.get("w").getAsInt(); x++) {
                for (int y = top; y < top + at.get("h").getAsInt(); y++) {
                    assertThat(taken.add(x + "," + y)).as(panel.toString()).isTrue();
                }
            }
        }

        assertThat(taken).isNotEmpty();
    }

    private static void addExpressions(JsonElement element, Set<String> named) {
        if (element.isJsonArray()) {
            element.getAsJsonArray().forEach(part -> addExpressions(part, named));
        } else if (element.isJsonObject()) {
            for (var field : element.getAsJsonObject().entrySet()) {
                if (field.getKey().equals("expr")) {
                    addMetrics(field.getValue().getAsString(), named);
                } else {
                    addExpressions(field.getValue(), named);
                }
            }
        }
    }

    /** Adds the families that a PromQL expression names. */
    private static void addMetrics(String expression, Set<String> named) {
        var documented = documented();
        // Texts in quotes are labels' values, not metrics.
        var metrics = METRIC.matcher(expression.replaceAll("\"[^\"]*\"", "\"\""));
        while (metrics.find()) {
            var name = metrics.group();
            var family = name;
            for (var suffix : SUFFIXES) {
                if (name.endsWith(suffix) && !documented.contains(name)) {
                    family = name.substring(0, name.length() - suffix.length());
                }
            }
            named.add(family);
        }
    }

    private static Set<String> documented() {
        var names = new TreeSet<String>();
        for (var line : Repository.read(METRICS_DOC).lines().toList()) {
            var matcher = DOCUMENTED.matcher(line);
            if (matcher.matches()) {
                names.add(matcher.group(1));
            }
        }
        return names;
    }

    private static List<Map<?, ?>> alerts() {
        var alerts = new ArrayList<Map<?, ?>>();
        for (var group : list(yaml(ALERTS).get("groups"))) {
            for (var rule : list(((Map<?, ?>) group).get("rules"))) {
                alerts.add((Map<?, ?>) rule);
            }
        }
        return alerts;
    }

    private static List<?> list(@Nullable Object value) {
        return value == null ? List.of() : (List<?>) value;
    }

    private static Map<String, Object> yaml(String path) {
        return new Yaml().load(Repository.read(path));
    }
}

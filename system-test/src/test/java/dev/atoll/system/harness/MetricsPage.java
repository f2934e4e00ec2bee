package dev.atoll.system.harness;

import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** A page in Prometheus' text format: the metric families by name. Immutable. */
public final class MetricsPage {
    private static final String HELP = "# HELP ";
    private static final String TYPE = "# TYPE ";

    private final SortedSet<String> names = new TreeSet<>();
    private final Map<String, String> help = new TreeMap<>();
    private final String text;

    public MetricsPage(String text) {
        this.text = text;
        text.lines()
                .forEach(
                        line -> {
                            if (line.startsWith(TYPE)) {
                                names.add(word(line.substring(TYPE.length())));
                            } else if (line.startsWith(HELP)) {
                                var name = word(line.substring(HELP.length()));
                                help.put(
                                        name,
                                        line.substring(HELP.length() + name.length()).strip());
                            }
                        });
    }

    /**
     * The families whose name starts so. A histogram is one family, and the maximum beside it
     * another.
     */
    public SortedSet<String> names(String prefix) {
        var found = new TreeSet<String>();
        for (var name : names) {
            // The greatest value of late, which comes with each timer, is not listed on its own.
            if (name.startsWith(prefix) && !isMaximum(name)) {
                found.add(name);
            }
        }
        return found;
    }

    /** The families that say nothing of themselves. */
    public SortedSet<String> namesWithoutHelp() {
        var found = new TreeSet<String>();
        for (var name : names) {
            if (name.startsWith("atoll_")
                    && Optional.ofNullable(help.get(name))
                            .filter(said -> !said.isBlank())
                            .isEmpty()) {
                found.add(name);
            }
        }
        return found;
    }

    /** The sum over all labels of a metric; 0 where it is not there. */
    public double sum(String name) {
        return text.lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private boolean isMaximum(String name) {
        return name.endsWith("_max")
                && names.contains(name.substring(0, name.length() - "_max".length()));
    }

    private static String word(String line) {
        int space = line.indexOf(' ');
        return space < 0 ? line : line.substring(0, space);
    }
}

package dev.atoll.node.config;

import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * A check that looks at the names of the declared namespaces, and at nothing that is said of them:
 * whether the file is YAML with the one key {@code databases}, and which namespaces come, go and
 * change. For as long as nothing in the node acts on declarations. Thread-safe.
 */
public final class NamespaceNamesCheck implements ConfigCheck {
    private static final String ROOT = "databases";

    @Override
    public Result check(String text, Optional<String> before) {
        var problems = new ArrayList<ConfigProblem>();
        var declared = namespaces(text, problems);
        if (!problems.isEmpty()) {
            return new Result.Wrong(problems);
        }
        var replaced = before.map(old -> namespaces(old, new ArrayList<>())).orElse(Map.of());
        var changes = new ArrayList<String>();
        var destructive = new ArrayList<String>();
        declared.forEach(
                (name, content) -> {
                    var old = replaced.get(name);
                    if (old == null) {
                        changes.add("namespace " + name + ": new");
                    } else if (!old.equals(content)) {
                        changes.add("namespace " + name + ": changed");
                    }
                });
        for (var name : replaced.keySet()) {
            if (!declared.containsKey(name)) {
                destructive.add("namespace " + name + ": not declared any more");
            }
        }
        changes.addAll(destructive);
        return new Result.Right(new ConfigChanges(changes, destructive, List.of()));
    }

    /** What the file says of each namespace, as it is written there. */
    private static Map<String, String> namespaces(String text, List<ConfigProblem> problems) {
        var options = new LoaderOptions();
        options.setCodePointLimit(Integer.MAX_VALUE);
        try {
            var root = new Yaml(new SafeConstructor(options)).compose(new StringReader(text));
            if (!(root instanceof MappingNode map)) {
                problems.add(
                        root == null
                                ? new ConfigProblem(1, 1, "an empty file (expected: " + ROOT + ":)")
                                : problem(root, "no mapping (expected: " + ROOT + ":)"));
                return Map.of();
            }
            return databases(map, problems)
                    .map(databases -> named(databases, text, problems))
                    .orElse(Map.of());
        } catch (MarkedYAMLException e) {
            problems.add(problem(e.getProblemMark(), "no YAML: " + e.getProblem()));
        } catch (YAMLException e) {
            problems.add(new ConfigProblem(1, 1, "no YAML: " + e.getMessage()));
        }
        return Map.of();
    }

    private static Optional<MappingNode> databases(MappingNode root, List<ConfigProblem> problems) {
        MappingNode found = null;
        for (var tuple : root.getValue()) {
            if (!name(tuple).equals(ROOT)) {
                problems.add(
                        problem(
                                tuple.getKeyNode(),
                                "there is no key '" + name(tuple) + "' (expected: " + ROOT + ")"));
            } else if (tuple.getValueNode() instanceof MappingNode databases) {
                found = databases;
            } else {
                problems.add(
                        problem(tuple.getValueNode(), "no mapping (expected: names and blocks)"));
            }
        }
        if (found == null && problems.isEmpty()) {
            problems.add(problem(root, "'" + ROOT + "' is missing"));
        }
        return Optional.ofNullable(found);
    }

    private static Map<String, String> named(
            MappingNode databases, String text, List<ConfigProblem> problems) {
        var characters = text.codePoints().toArray();
        var named = new LinkedHashMap<String, String>();
        for (var tuple : databases.getValue()) {
            var name = name(tuple);
            try {
                InstanceKey.checkNamespace(name);
            } catch (Failure e) {
                problems.add(problem(tuple.getKeyNode(), e.message()));
                continue;
            }
            int start = tuple.getValueNode().getStartMark().getIndex();
            int end = tuple.getValueNode().getEndMark().getIndex();
            if (named.put(name, new String(characters, start, end - start).strip()) != null) {
                problems.add(problem(tuple.getKeyNode(), "'" + name + "' is there twice"));
            }
        }
        return named;
    }

    private static String name(NodeTuple tuple) {
        return tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    private static ConfigProblem problem(Node node, String text) {
        return problem(node.getStartMark(), text);
    }

    private static ConfigProblem problem(Mark mark, String text) {
        return new ConfigProblem(mark.getLine() + 1, mark.getColumn() + 1, text);
    }
}

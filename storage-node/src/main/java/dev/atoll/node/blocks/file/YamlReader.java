package dev.atoll.node.blocks.file;

import dev.atoll.process.Nearest;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionEndEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * Reads YAML by a {@link Shape} and notes every problem. One thread at a time.
 *
 * <p>Texts are what the file says: YAML's own ideas of types ({@code no}, {@code 1_000}, {@code
 * 12:30}) do not apply. Anchors and tags are not allowed: nothing here needs them, and of a rule
 * that begins with {@code !} YAML takes that for a tag. It forgets the tag of {@code ! x}: what
 * would be left is the opposite of the rule.
 */
final class YamlReader {
    /** A file of ten thousand tables is a few megabytes long. */
    private static final int CHARACTERS_MAX = 16 << 20;

    /**
     * SnakeYAML copies what it has seen of a comment, a word or spaces for each thousand characters
     * more: a line of eleven million took it a minute. A file of some thousand tables on one line,
     * as programs write JSON, is within this.
     */
    private static final int LINE_CHARACTERS_MAX = 1 << 18;

    private static final int DEPTH_MAX = 20;
    private static final int DISTANCE_MAX = 3;
    private static final int TYPED_MAX = 64;
    private static final Set<Tag> TAGS =
            Set.of(
                    Tag.STR,
                    Tag.INT,
                    Tag.FLOAT,
                    Tag.BOOL,
                    Tag.NULL,
                    Tag.TIMESTAMP,
                    Tag.MAP,
                    Tag.SEQ,
                    Tag.MERGE);

    private final Problems problems;

    YamlReader(Problems problems) {
        this.problems = problems;
    }

    /** What of the file has the form it should have; empty if nothing has. */
    Optional<Item> read(String text, Shape shape) {
        if (text.length() > CHARACTERS_MAX) {
            // Before anything looks at it.
            problems.add(
                    new FileProblem(
                            1,
                            1,
                            text.length()
                                    + " characters (expected: at most "
                                    + CHARACTERS_MAX
                                    + ")"));
            return Optional.empty();
        }
        if (hasLongLine(text)) {
            return Optional.empty();
        }
        var options = new LoaderOptions();
        options.setCodePointLimit(CHARACTERS_MAX);
        options.setNestingDepthLimit(DEPTH_MAX);
        var yaml = new Yaml(new SafeConstructor(options));
        try {
            if (!isPlain(yaml, text)) {
                return Optional.empty();
            }
            var root = yaml.compose(new StringReader(text));
            if (root == null) {
                problems.add(new FileProblem(1, 1, "an empty file"));
                return Optional.empty();
            }
            return Optional.ofNullable(read(root, shape));
        } catch (MarkedYAMLException e) {
            var mark = e.getProblemMark();
            var place = mark == null ? new Place(0, 0) : Place.of(mark);
            problems.add(place, "no YAML: " + e.getProblem());
        } catch (ReaderException e) {
            problems.add(
                    Place.at(text, e.getPosition()),
                    "no YAML: the character U+"
                            + "%04X".formatted(e.getCodePoint())
                            + " (expected: one that can be seen)");
        } catch (YAMLException e) {
            problems.add(new FileProblem(1, 1, "no YAML: " + e.getMessage()));
        }
        return Optional.empty();
    }

    private boolean hasLongLine(String text) {
        var lines = Place.lines(text);
        for (int i = 0; i < lines.length; i++) {
            if (lines[i].length() > LINE_CHARACTERS_MAX) {
                problems.add(
                        new Place(i, 0),
                        "a line of "
                                + lines[i].length()
                                + " characters (expected: at most "
                                + LINE_CHARACTERS_MAX
                                + ")");
                return true;
            }
        }
        return false;
    }

    /**
     * Before it is put together: whether it is neither deep, nor has parts that stand for others.
     */
    private boolean isPlain(Yaml yaml, String text) {
        int depth = 0;
        for (var event : yaml.parse(new StringReader(text))) {
            if (event instanceof CollectionStartEvent) {
                depth++;
            } else if (event instanceof CollectionEndEvent) {
                depth--;
            }
            var place = Place.of(event.getStartMark());
            if (depth > DEPTH_MAX) {
                problems.add(place, "more than " + DEPTH_MAX + " levels (expected: fewer)");
                return false;
            }
            if (event instanceof AliasEvent) {
                problems.add(place, "an alias (expected: the thing itself)");
                return false;
            }
            if (event instanceof NodeEvent node && node.getAnchor() != null) {
                problems.add(
                        place,
                        "'&"
                                + shown(node.getAnchor())
                                + "' is an anchor to YAML (expected: quotes around what begins with"
                                + " '&')");
            }
            var tag = vanishingTag(event);
            if (tag != null) {
                problems.add(place, tagged(tag));
            }
        }
        return true;
    }

    /** A tag that nobody sees any more once the nodes are put together; null if there is none. */
    private static @Nullable String vanishingTag(Event event) {
        var tag =
                switch (event) {
                    case ScalarEvent scalar -> scalar.getTag();
                    case CollectionStartEvent collection -> collection.getTag();
                    default -> null;
                };
        if (tag == null || tag.equals("!")) {
            return tag;
        }
        return TAGS.contains(new Tag(tag)) ? tag.replace(Tag.PREFIX, "!!") : null;
    }

    private static String tagged(String tag) {
        return "'"
                + shown(tag)
                + "' is a tag to YAML (expected: quotes around what begins with '!')";
    }

    private @Nullable Item read(Node node, Shape shape) {
        if (!TAGS.contains(node.getTag())) {
            problem(node, tagged(node.getTag().getValue()));
            return null;
        }
        return switch (shape) {
            case Shape.Fields fields -> fields(node, fields);
            case Shape.Named named -> named(node, named);
            case Shape.Many many -> many(node, many);
            case Shape.Words words ->
                    scalar(node, words.expected(), text -> text.matches("(?s)" + words.pattern()));
            case Shape.Choice choice ->
                    scalar(
                            node,
                            "one of " + String.join(", ", choice.words()),
                            choice.words()::contains);
            case Shape.Rule _ -> scalar(node, "a rule", text -> !text.isBlank());
            case Shape.Flag _ ->
                    scalar(node, "true or false", text -> List.of("true", "false").contains(text));
            case Shape.Whole whole ->
                    scalar(
                            node,
                            whole.min() + " to " + whole.max(),
                            text ->
                                    text.matches("\\d{1,18}")
                                            && Long.parseLong(text) >= whole.min()
                                            && Long.parseLong(text) <= whole.max());
            case Shape.Plain _ -> scalar(node, "a value", _ -> true);
        };
    }

    private @Nullable Item fields(Node node, Shape.Fields shape) {
        if (!(node instanceof MappingNode map)) {
            return wrong(node, "keys and values");
        }
        var values = new LinkedHashMap<String, Item.Named>();
        for (var tuple : tuples(map)) {
            var key = ((ScalarNode) tuple.getKeyNode()).getValue();
            var entry = shape.entries().get(key);
            if (entry == null) {
                problem(tuple.getKeyNode(), unknown("key", key, shape.entries().keySet()));
            } else {
                put(tuple, entry.shape(), values);
            }
        }
        for (var entry : shape.entries().values()) {
            if (entry.required() && !has(map, entry.key())) {
                problem(node, "'" + entry.key() + "' is missing");
            }
        }
        return new Item.Entries(Place.of(node), values);
    }

    private static boolean has(MappingNode map, String key) {
        return map.getValue().stream()
                .anyMatch(
                        tuple ->
                                tuple.getKeyNode() instanceof ScalarNode scalar
                                        && scalar.getValue().equals(key));
    }

    private @Nullable Item named(Node node, Shape.Named shape) {
        if (!(node instanceof MappingNode map)) {
            return wrong(node, "names and what they are");
        }
        if (map.getValue().size() > shape.max()) {
            return tooMany(node, map.getValue().size(), shape.max());
        }
        var values = new LinkedHashMap<String, Item.Named>();
        for (var tuple : tuples(map)) {
            var key = ((ScalarNode) tuple.getKeyNode()).getValue();
            if (key.matches(shape.pattern())) {
                put(tuple, shape.value(), values);
            } else {
                problem(
                        tuple.getKeyNode(),
                        "the name '" + shown(key) + "' (expected: " + shape.pattern() + ")");
            }
        }
        return new Item.Entries(Place.of(node), values);
    }

    private void put(NodeTuple tuple, Shape shape, Map<String, Item.Named> values) {
        var item = read(tuple.getValueNode(), shape);
        if (item != null) {
            var key = (ScalarNode) tuple.getKeyNode();
            values.put(key.getValue(), new Item.Named(Place.of(key), item));
        }
    }

    /** Those whose keys are texts, each once. */
    private List<NodeTuple> tuples(MappingNode map) {
        var tuples = new ArrayList<NodeTuple>();
        var keys = new LinkedHashMap<String, Node>();
        for (var tuple : map.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                problem(tuple.getKeyNode(), "not a name (expected: a text)");
            } else if (keys.putIfAbsent(key.getValue(), key) != null) {
                problem(key, "'" + shown(key.getValue()) + "' is there twice");
            } else {
                tuples.add(tuple);
            }
        }
        return tuples;
    }

    private @Nullable Item many(Node node, Shape.Many shape) {
        if (!(node instanceof SequenceNode list) || list.getValue().isEmpty()) {
            return wrong(node, "a list of at least one");
        }
        if (list.getValue().size() > shape.max()) {
            return tooMany(node, list.getValue().size(), shape.max());
        }
        var values = new ArrayList<Item>();
        for (var element : list.getValue()) {
            var item = read(element, shape.item());
            if (item != null) {
                values.add(item);
            }
        }
        return new Item.Items(Place.of(node), values);
    }

    /** Whether a text is what is expected. */
    private interface Test {
        boolean passes(String text);
    }

    private @Nullable Item scalar(Node node, String expected, Test test) {
        if (!(node instanceof ScalarNode scalar)) {
            return wrong(node, expected);
        }
        boolean empty = scalar.getTag().equals(Tag.NULL) && scalar.isPlain();
        if (empty || !test.passes(scalar.getValue())) {
            problem(node, "'" + shown(scalar.getValue()) + "' (expected: " + expected + ")");
            return null;
        }
        return new Item.Scalar(Place.of(node), scalar.getValue(), Place.isQuoted(scalar));
    }

    private @Nullable Item tooMany(Node node, int count, int max) {
        problem(node, count + " of them (expected: at most " + max + ")");
        return null;
    }

    private @Nullable Item wrong(Node node, String expected) {
        var found =
                switch (node) {
                    case MappingNode _ -> "keys and values";
                    case SequenceNode list ->
                            list.getValue().isEmpty() ? "an empty list" : "a list";
                    case ScalarNode scalar -> "'" + shown(scalar.getValue()) + "'";
                    default -> "something else";
                };
        problem(node, found + " (expected: " + expected + ")");
        return null;
    }

    private void problem(Node node, String text) {
        problems.add(Place.of(node), text);
    }

    /** A name that is not among those that there are, and the nearest that is. */
    static String unknown(String what, String name, Collection<String> names) {
        int distance = Math.min(DISTANCE_MAX, (name.length() + 1) / 2);
        var near =
                name.length() > TYPED_MAX
                        ? Optional.<String>empty()
                        : Nearest.of(name, names, distance);
        return "there is no "
                + what
                + " '"
                + shown(name)
                + "'"
                + near.map(right -> " (did you mean '" + right + "'?)").orElse("");
    }

    private static String shown(String text) {
        return text.length() <= TYPED_MAX
                ? text
                : text.substring(0, text.offsetByCodePoints(0, TYPED_MAX / 2)) + "…";
    }
}

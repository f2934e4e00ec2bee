package dev.atoll.node.blocks.file;

import dev.atoll.node.blocks.schema.Change;
import java.util.List;
import java.util.Optional;

/**
 * Finds in a file what makes changes of which it is told. It reads the form of the file once more:
 * nobody keeps the places of files that can be applied. Immutable.
 */
public final class PlacedChanges {
    private static final String MIGRATIONS = "migrations";

    private final Optional<Item.Entries> databases;

    private PlacedChanges(Optional<Item.Entries> databases) {
        this.databases = databases;
    }

    /**
     * Each change with the place of the nearest part of the file that declares it, in its order.
     */
    public static List<FileProblem> of(String text, List<Change> changes) {
        var root = new YamlReader(new Problems()).read(text, FileShape.FILE);
        var places =
                new PlacedChanges(
                        root.map(Item.Entries.class::cast)
                                .flatMap(file -> file.entries("databases")));
        return changes.stream()
                .map(change -> places.place(change.subject()).problem(change.toString()))
                .sorted()
                .toList();
    }

    private Place place(String subject) {
        int dot = subject.indexOf('.');
        var name = dot < 0 ? subject : subject.substring(0, dot);
        var block = databases.map(all -> all.values().get(name));
        if (block.isEmpty()) {
            return new Place(0, 0);
        }
        var rest = subject.substring(Math.min(subject.length(), name.length() + 1));
        return inBlock((Item.Entries) block.get().value(), rest).orElse(block.get().key());
    }

    private static Optional<Place> inBlock(Item.Entries block, String subject) {
        if (subject.startsWith(MIGRATIONS + '.')) {
            var name = subject.substring(MIGRATIONS.length() + 1);
            var named =
                    block.items(MIGRATIONS).stream()
                            .flatMap(item -> ((Item.Entries) item).scalar("name").stream())
                            .filter(scalar -> scalar.text().equals(name))
                            .map(Item.Scalar::place)
                            .findFirst();
            return named.or(() -> key(block, MIGRATIONS));
        }
        return key(block, subject);
    }

    private static Optional<Place> key(Item.Entries block, String key) {
        return Optional.ofNullable(block.values().get(key)).map(Item.Named::key);
    }
}

package dev.atoll.node.blocks.file;

import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/** A part of a file that has the form it should have, and where it is. Immutable. */
sealed interface Item {
    Place place();

    /** A value: its text as YAML has it. */
    record Scalar(Place place, String text, boolean quoted) implements Item {}

    /** A list. */
    record Items(Place place, List<Item> values) implements Item {}

    /** A map. */
    record Entries(Place place, SequencedMap<String, Named> values) implements Item {
        Optional<Item> find(String key) {
            return Optional.ofNullable(values.get(key)).map(Named::value);
        }

        Optional<Scalar> scalar(String key) {
            return find(key).map(Scalar.class::cast);
        }

        Optional<Entries> entries(String key) {
            return find(key).map(Entries.class::cast);
        }

        List<Item> items(String key) {
            return find(key).map(Items.class::cast).map(Items::values).orElse(List.of());
        }

        boolean flag(String key) {
            return scalar(key).map(scalar -> scalar.text().equals("true")).orElse(false);
        }
    }

    /** A value and where its key is. */
    record Named(Place key, Item value) {}
}

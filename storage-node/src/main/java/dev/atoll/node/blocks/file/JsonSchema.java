package dev.atoll.node.blocks.file;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;

/** Writes a {@link Shape} as JSON Schema. Immutable. */
final class JsonSchema {
    private JsonSchema() {}

    static String of(Shape shape) {
        var root = new JsonObject();
        root.addProperty("$schema", "https://json-schema.org/draft/2020-12/schema");
        root.addProperty("title", "Atoll block file");
        schema(shape).asMap().forEach(root::add);
        return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(root)
                + "\n";
    }

    private static JsonObject schema(Shape shape) {
        var schema = new JsonObject();
        schema.addProperty("description", shape.description());
        switch (shape) {
            case Shape.Fields fields -> {
                schema.addProperty("type", "object");
                schema.addProperty("additionalProperties", false);
                var properties = new JsonObject();
                var required = new JsonArray();
                for (var entry : fields.entries().values()) {
                    properties.add(entry.key(), schema(entry.shape()));
                    if (entry.required()) {
                        required.add(entry.key());
                    }
                }
                schema.add("properties", properties);
                if (!required.isEmpty()) {
                    schema.add("required", required);
                }
            }
            case Shape.Named named -> {
                schema.addProperty("type", "object");
                schema.addProperty("additionalProperties", false);
                var patterns = new JsonObject();
                patterns.add("^" + named.pattern() + "$", schema(named.value()));
                schema.add("patternProperties", patterns);
                schema.addProperty("maxProperties", named.max());
            }
            case Shape.Many many -> {
                schema.addProperty("type", "array");
                schema.addProperty("minItems", 1);
                schema.addProperty("maxItems", many.max());
                schema.add("items", schema(many.item()));
            }
            case Shape.Words words -> {
                schema.addProperty("type", "string");
                schema.addProperty("pattern", "^" + words.pattern() + "$");
            }
            case Shape.Choice choice -> {
                var words = new JsonArray();
                choice.words().forEach(words::add);
                schema.add("enum", words);
            }
            // YAML has `true` alone for a boolean, and rules may say so.
            case Shape.Rule _ -> schema.add("type", types(List.of("string", "boolean")));
            case Shape.Flag _ -> schema.addProperty("type", "boolean");
            case Shape.Whole whole -> {
                schema.addProperty("type", "integer");
                schema.addProperty("minimum", whole.min());
                schema.addProperty("maximum", whole.max());
            }
            case Shape.Plain _ -> schema.add("type", types(List.of("string", "number", "boolean")));
        }
        return schema;
    }

    private static JsonElement types(List<String> names) {
        var types = new JsonArray();
        names.forEach(types::add);
        return types;
    }
}

package dev.atoll.node.rules;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableMap;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.NullableType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.cel.common.types.StructTypeReference;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A schema as CEL's type checker sees it. Immutable. */
final class CelTypes implements CelTypeProvider {
    static final String CUSTOM = "custom";
    static final Set<String> AUTH_FIELDS = Set.of("id", "role", "email", CUSTOM);
    static final Set<String> INSTANCE_FIELDS = Set.of("namespace", "id");

    // A space, so that no rule can name them.
    private static final String ROW = "a row of ";
    private static final String TABLES = "the tables";
    private static final String AUTH = "the caller";
    private static final String CLAIMS = "the claims";
    private static final String INSTANCE = "the instance";
    private static final String ARGUMENTS = "the arguments";

    private final ImmutableMap<String, CelType> types;

    private CelTypes(Map<String, CelType> types) {
        this.types = ImmutableMap.copyOf(types);
    }

    static CelTypes of(RuleSchema schema) {
        var types = new HashMap<String, CelType>();
        var tables = new HashMap<String, CelType>();
        for (var table : schema.tables()) {
            var fields = new HashMap<String, CelType>();
            table.fields().forEach(field -> fields.put(field.name(), type(field)));
            put(types, ROW + table.name(), fields);
            tables.put(table.name(), ListType.create(row(table.name())));
        }
        put(types, TABLES, tables);
        put(types, AUTH, auth(schema.claims(), types));
        put(types, INSTANCE, typed(INSTANCE_FIELDS));
        return new CelTypes(types);
    }

    private static Map<String, CelType> auth(
            Map<String, FieldType> claims, Map<String, CelType> types) {
        var fields = typed(AUTH_FIELDS);
        if (claims.isEmpty()) {
            fields.put(CUSTOM, MapType.create(SimpleType.STRING, SimpleType.DYN));
        } else {
            var declared = new HashMap<String, CelType>();
            claims.forEach((name, type) -> declared.put(name, type(type)));
            put(types, CLAIMS, declared);
            fields.put(CUSTOM, StructTypeReference.create(CLAIMS));
        }
        return fields;
    }

    private static Map<String, CelType> typed(Set<String> names) {
        var fields = new HashMap<String, CelType>();
        names.forEach(name -> fields.put(name, SimpleType.STRING));
        return fields;
    }

    /** The same, with the arguments of a filter. */
    CelTypes withArguments(Map<String, FieldType> arguments) {
        var more = new HashMap<String, CelType>(types);
        var fields = new HashMap<String, CelType>();
        arguments.forEach((name, type) -> fields.put(name, type(type)));
        put(more, ARGUMENTS, fields);
        return new CelTypes(more);
    }

    /** The type of a variable. */
    static CelType of(Variables.Meaning meaning) {
        return switch (meaning) {
            case Variables.Meaning.Row(RuleTable table, String _) -> row(table.name());
            case Variables.Meaning.Tables() -> StructTypeReference.create(TABLES);
            case Variables.Meaning.Auth() -> StructTypeReference.create(AUTH);
            case Variables.Meaning.Instance() -> StructTypeReference.create(INSTANCE);
            case Variables.Meaning.Now() -> SimpleType.TIMESTAMP;
            case Variables.Meaning.Arguments _ -> StructTypeReference.create(ARGUMENTS);
        };
    }

    private static StructTypeReference row(String table) {
        return StructTypeReference.create(ROW + table);
    }

    private static void put(Map<String, CelType> types, String name, Map<String, CelType> fields) {
        var known = ImmutableMap.copyOf(fields);
        types.put(
                name,
                StructType.create(
                        name, known.keySet(), field -> Optional.ofNullable(known.get(field))));
    }

    private static CelType type(RuleField field) {
        var type = type(field.type());
        // The checker has no nullable datetime, and takes null for any; JSON may be null anyway.
        boolean said = field.type() == FieldType.DATETIME || field.type() == FieldType.JSON;
        return field.nullable() && !said ? NullableType.create(type) : type;
    }

    private static CelType type(FieldType type) {
        return switch (type) {
            case TEXT -> SimpleType.STRING;
            case INTEGER -> SimpleType.INT;
            case REAL -> SimpleType.DOUBLE;
            case BOOLEAN -> SimpleType.BOOL;
            case DATETIME -> SimpleType.TIMESTAMP;
            case JSON -> SimpleType.DYN;
            case BLOB -> SimpleType.BYTES;
        };
    }

    @Override
    public ImmutableCollection<CelType> types() {
        return types.values();
    }

    @Override
    public Optional<CelType> findType(String name) {
        return Optional.ofNullable(types.get(name));
    }
}

package dev.atoll.client;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes records of rows, and fields of records. The one place that uses reflection, since records
 * are mapped by the names of their components. Immutable.
 */
final class RecordMapper<T extends Record> {
    private static final ClassValue<RecordMapper<?>> MAPPERS =
            new ClassValue<>() {
                @Override
                protected RecordMapper<?> computeValue(Class<?> type) {
                    return new RecordMapper<>(type.asSubclass(Record.class));
                }
            };

    /** What the node sets in every row; no declared field has these names. */
    private static final Set<String> SET_BY_THE_NODE = Set.of("createdAt", "updatedAt");

    private final Class<T> type;
    private final RecordComponent[] components;
    private final Constructor<T> constructor;

    private RecordMapper(Class<T> type) {
        this.type = type;
        this.components = type.getRecordComponents();
        try {
            constructor =
                    type.getDeclaredConstructor(
                            Arrays.stream(components)
                                    .map(RecordComponent::getType)
                                    .toArray(Class<?>[]::new));
            constructor.setAccessible(true); // Records nested in a class are often private.
            for (var component : components) {
                component.getAccessor().setAccessible(true);
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new IllegalArgumentException(
                    "record " + type.getName() + ": its constructor cannot be reached", e);
        }
    }

    @SuppressWarnings("unchecked") // MAPPERS holds under each class the mapper of that class
    static <T extends Record> RecordMapper<T> of(Class<T> type) {
        return (RecordMapper<T>) MAPPERS.get(type);
    }

    /** What a record has to say of a row: the values of all fields that can be written, by name. */
    static SequencedMap<String, @Nullable Object> fields(Record record) {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        for (var component : of(record.getClass()).components) {
            var field = component.getAnnotation(Field.class);
            var name =
                    field == null || field.value().isEmpty() ? component.getName() : field.value();
            if (!SET_BY_THE_NODE.contains(name) && (field == null || !field.computed())) {
                if (fields.containsKey(name)) {
                    throw new IllegalArgumentException(
                            "record "
                                    + record.getClass().getSimpleName()
                                    + ", component '"
                                    + component.getName()
                                    + "': another one is the field '"
                                    + name
                                    + "', too (expected: one for each field)");
                }
                fields.put(name, value(record, component));
            }
        }
        return fields;
    }

    private static @Nullable Object value(Record record, RecordComponent component) {
        try {
            var value = component.getAccessor().invoke(record);
            return value instanceof Optional<?> optional ? optional.orElse(null) : value;
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(
                    "record " + record.getClass().getName() + ": '" + component.getName() + "'", e);
        }
    }

    T map(Row row) {
        var arguments = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            arguments[i] = read(row, components[i]);
        }
        try {
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException refused) {
                throw refused; // The record checked itself.
            }
            throw new IllegalArgumentException("record " + type.getName() + ": failed", e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("record " + type.getName() + ": cannot be made", e);
        }
    }

    private @Nullable Object read(Row row, RecordComponent component) {
        int column =
                index(row, component)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                where(component)
                                                        + ": no such column (expected: one of "
                                                        + row.names().names()
                                                        + ")"));
        var wanted = component.getType();
        if (row.isNull(column)) {
            if (wanted.isPrimitive()) {
                throw new IllegalArgumentException(
                        where(component) + ": NULL (expected: " + wanted.getName() + ")");
            }
            return wanted == Optional.class ? Optional.empty() : null;
        }
        try {
            return wanted == Optional.class
                    ? Optional.ofNullable(convert(row, column, inOptional(component)))
                    : convert(row, column, wanted);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IllegalArgumentException(where(component) + ": " + e.getMessage(), e);
        }
    }

    /** Of what the component is an Optional; an Object where it does not say. */
    private static Class<?> inOptional(RecordComponent component) {
        if (!(component.getGenericType() instanceof ParameterizedType optional)) {
            return Object.class;
        }
        return switch (optional.getActualTypeArguments()[0]) {
            case Class<?> type -> type;
            case ParameterizedType type -> (Class<?>) type.getRawType();
            default -> Object.class;
        };
    }

    private static OptionalInt index(Row row, RecordComponent component) {
        var field = component.getAnnotation(Field.class);
        return field == null || field.value().isEmpty()
                ? row.names().findLoosely(component.getName())
                : row.names().find(field.value());
    }

    private static @Nullable Object convert(Row row, int column, Class<?> wanted) {
        if (wanted == long.class || wanted == Long.class) {
            return row.integer(column);
        } else if (wanted == int.class || wanted == Integer.class) {
            return Math.toIntExact(row.integer(column));
        } else if (wanted == short.class || wanted == Short.class) {
            return (short) within(row.integer(column), Short.MIN_VALUE, Short.MAX_VALUE);
        } else if (wanted == byte.class || wanted == Byte.class) {
            return (byte) within(row.integer(column), Byte.MIN_VALUE, Byte.MAX_VALUE);
        } else if (wanted == double.class || wanted == Double.class) {
            return row.real(column);
        } else if (wanted == float.class || wanted == Float.class) {
            return (float) row.real(column);
        } else if (wanted == boolean.class || wanted == Boolean.class) {
            return row.truth(column);
        } else if (wanted == String.class) {
            return row.text(column);
        } else if (wanted == byte[].class) {
            return row.blob(column);
        } else if (wanted == Instant.class) {
            return row.moment(column);
        } else if (wanted == Json.class) {
            return row.json(column);
        } else if (wanted == Object.class) {
            return row.value(column);
        } else if (wanted.isEnum()) {
            return constant(wanted, row.text(column));
        }
        throw new IllegalArgumentException(
                wanted.getName()
                        + " (expected: a number, boolean, String, byte[], Instant, Json, enum, Object or"
                        + " Optional)");
    }

    private static Object constant(Class<?> type, String name) {
        for (var constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(name)) {
                return constant;
            }
        }
        throw new IllegalArgumentException(
                "'"
                        + name
                        + "' (expected: one of "
                        + Arrays.toString(type.getEnumConstants())
                        + ")");
    }

    private static long within(long value, long min, long max) {
        if (value < min || value > max) {
            throw new ArithmeticException(value + " (expected: " + min + " to " + max + ")");
        }
        return value;
    }

    private String where(RecordComponent component) {
        return "record " + type.getSimpleName() + ", component '" + component.getName() + "'";
    }
}

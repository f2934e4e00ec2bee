package dev.atoll.node.blocks;

import dev.atoll.node.rules.FieldType;
import dev.atoll.node.rules.RuleSchema;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A declared namespace. Immutable.
 *
 * @param name of the namespace
 * @param mode what kind of namespace it is
 * @param access rules of instances; an operation without one is denied to users
 * @param tables in the order of the file
 * @param upkeep migrations and limits
 */
public record Block(
        String name, Mode mode, Map<Operation, Rule> access, List<Table> tables, Upkeep upkeep) {
    public Block {
        access = Map.copyOf(access);
        tables = List.copyOf(tables);
    }

    /**
     * What kind of namespace it is.
     *
     * @param dynamic many instances, or a single one
     * @param anonymous whether callers without a token are let in
     * @param sql for services alone, with migrations and no declared tables
     * @param secureDelete whether what is deleted is overwritten
     */
    public record Mode(boolean dynamic, boolean anonymous, boolean sql, boolean secureDelete) {}

    /** The table of that name. */
    public Optional<Table> find(String table) {
        return tables.stream().filter(other -> other.name().equals(table)).findFirst();
    }

    /**
     * What the rules of this block, and callers' filters on its tables, can speak of.
     *
     * @param claims those that are declared; any, if there are none
     */
    public RuleSchema ruleSchema(Map<String, FieldType> claims) {
        return new RuleSchema(tables.stream().map(Table::ruleTable).toList(), claims);
    }

    /** What may be done with an instance. */
    public enum Operation {
        CREATE,
        ACCESS,
        DELETE
    }

    /**
     * Migrations and limits.
     *
     * @param migrations in order
     * @param limits of each instance
     */
    public record Upkeep(List<Migration> migrations, Limits limits) {
        public Upkeep {
            migrations = List.copyOf(migrations);
        }
    }

    /**
     * One migration.
     *
     * @param name never used again
     * @param statements in order
     */
    public record Migration(String name, List<String> statements) {
        public Migration {
            statements = List.copyOf(statements);
        }
    }

    /**
     * Limits of each instance; empty where the node's own apply.
     *
     * @param sizeBytes of the database
     * @param statementTime of one statement
     * @param callsPerSecond of all callers together
     */
    public record Limits(
            OptionalLong sizeBytes, Optional<Duration> statementTime, OptionalInt callsPerSecond) {}
}

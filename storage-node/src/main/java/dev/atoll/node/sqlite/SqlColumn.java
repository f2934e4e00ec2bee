package dev.atoll.node.sqlite;

/**
 * One column of a result. Immutable.
 *
 * @param name as SQLite gives it: the alias, or the text of the expression; names may repeat
 * @param declaredType as the table declares it; empty for an expression
 */
public record SqlColumn(String name, String declaredType) {}

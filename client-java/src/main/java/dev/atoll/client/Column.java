package dev.atoll.client;

/**
 * One column of a result. Immutable.
 *
 * @param name as SQLite gives it: the alias, or the text of the expression; names may repeat
 * @param declaredType as the table declares it ({@code VARCHAR(20)}); empty for an expression
 */
public record Column(String name, String declaredType) {}

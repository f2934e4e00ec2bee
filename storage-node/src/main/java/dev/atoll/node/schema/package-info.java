/**
 * The schema of instances: makes the tables of a new one, and brings one that wakes to what its
 * block declares now.
 *
 * <p>It is given an open database or a transaction, on the instance's lane; it knows neither who
 * calls nor how instances wake. DESIGN.md in this folder says what it relies on.
 */
@NullMarked
package dev.atoll.node.schema;

import org.jspecify.annotations.NullMarked;

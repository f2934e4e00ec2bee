/**
 * Schemas: the tables that a block's declaration asks for, in SQL, and the way there from what an
 * instance has.
 *
 * <p>Functions of values: it opens no instance and runs nothing on one. All of it is immutable.
 */
@NullMarked
package dev.atoll.node.blocks.schema;

import org.jspecify.annotations.NullMarked;

/**
 * The catalogue: which instances this node holds, and where they stand.
 *
 * <p>A view that can be rebuilt: the truth is in the instances' own files. Thread-safe.
 */
@NullMarked
package dev.atoll.node.catalog;

import org.jspecify.annotations.NullMarked;

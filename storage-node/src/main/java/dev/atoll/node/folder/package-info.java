/**
 * The node's data folder: who may use it, what it says about itself, and where an instance's file
 * lies.
 *
 * <p>It knows names and marks, never what is inside a database. Thread-safe.
 */
@NullMarked
package dev.atoll.node.folder;

import org.jspecify.annotations.NullMarked;

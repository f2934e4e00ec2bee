/**
 * The background pass that brings sleeping instances to the declared schema, and how far it is.
 *
 * <p>What bringing means is for packages {@code schema} and {@code instance}; this one decides
 * whose turn it is, and when. One thread of its own; what it shows may be read by any. DESIGN.md in
 * this folder says how it works.
 */
@NullMarked
package dev.atoll.node.migration;

import org.jspecify.annotations.NullMarked;

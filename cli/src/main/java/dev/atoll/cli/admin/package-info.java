/**
 * The commands of operators: instances and the cluster.
 *
 * <p>It asks a server and draws the answer; it decides nothing. One thread at a time.
 */
@NullMarked
package dev.atoll.cli.admin;

import org.jspecify.annotations.NullMarked;

/**
 * The commands of block files: what is wrong with one, what its rules become, what it may say.
 *
 * <p>It reads files and prints; it asks no server. One thread at a time.
 */
@NullMarked
package dev.atoll.cli.config;

import org.jspecify.annotations.NullMarked;

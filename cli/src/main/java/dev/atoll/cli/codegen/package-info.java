/**
 * Writes types of other languages from a block file: Java records and TypeScript interfaces.
 *
 * <p>The same file always gives the same bytes. It never asks a server. One thread at a time.
 */
@NullMarked
package dev.atoll.cli.codegen;

import org.jspecify.annotations.NullMarked;

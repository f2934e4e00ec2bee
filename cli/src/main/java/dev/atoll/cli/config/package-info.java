/**
 * The commands of block files: what is wrong with one, what its rules become, what it may say; and
 * what a server has of them, which is changed by applying one.
 *
 * <p>It decides nothing about what is applied: the server does. One thread at a time.
 */
@NullMarked
package dev.atoll.cli.config;

import org.jspecify.annotations.NullMarked;

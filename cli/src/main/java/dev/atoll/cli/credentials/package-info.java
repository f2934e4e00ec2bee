/**
 * Who may call a dev server and where it listens: the key it makes for itself, the tokens signed
 * with it, and the note it leaves in its data folder while it runs.
 *
 * <p>Knows nothing of servers or commands. Private keys are written for their owner alone and never
 * printed. Thread-safe.
 */
@NullMarked
package dev.atoll.cli.credentials;

import org.jspecify.annotations.NullMarked;

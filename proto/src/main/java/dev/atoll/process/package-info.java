/**
 * What every Atoll server process has in common: settings that report all their problems at once,
 * TLS from files that are reloaded when they change, the HTTP port for operators, and how threads
 * are stopped.
 *
 * <p>It lives in this module because router and storage node share no other. It knows nothing of
 * either: they hand it values and suppliers. Thread-safe unless a class says otherwise.
 */
@NullMarked
package dev.atoll.process;

import org.jspecify.annotations.NullMarked;

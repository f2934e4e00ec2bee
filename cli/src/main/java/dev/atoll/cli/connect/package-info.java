/**
 * How client commands reach a server: the endpoint and token they were given, or those of the dev
 * server on this machine; what its errors mean for the exit code.
 *
 * <p>The only package of the command that knows gRPC. Thread-safe.
 */
@NullMarked
package dev.atoll.cli.connect;

import org.jspecify.annotations.NullMarked;

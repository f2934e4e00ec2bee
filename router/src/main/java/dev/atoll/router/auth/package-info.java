/**
 * Authentication and scopes: from a bearer token to a {@link Principal}, and from a principal and a
 * key to yes or no.
 *
 * <p>Knows JOSE and nothing of gRPC. Texts say what is wrong with a token without showing what
 * would be right. Thread-safe; {@link Authenticator} never blocks its caller.
 */
@NullMarked
package dev.atoll.router.auth;

import org.jspecify.annotations.NullMarked;

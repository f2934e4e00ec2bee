package dev.atoll.node.sqlite;

import com.google.protobuf.ByteString;

/**
 * What an instance remembers of a request. Immutable.
 *
 * @param digest of the request's operations
 * @param reply that it got
 */
public record Remembered(ByteString digest, ByteString reply) {}

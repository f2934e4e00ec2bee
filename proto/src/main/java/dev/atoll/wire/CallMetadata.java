package dev.atoll.wire;

import dev.atoll.proto.internal.v1.CallerRecord;
import io.grpc.Metadata;
import io.grpc.protobuf.ProtoUtils;

/**
 * The metadata of a call. Everything whose name starts with {@code atoll-} is between router and
 * node: a router drops it from what clients send. Immutable.
 */
public final class CallMetadata {
    /** What routers drop from clients' metadata. */
    public static final String INTERNAL_PREFIX = "atoll-";

    /** {@code Bearer <JWT>}, from client to router; never sent on to a node. */
    public static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    /** The key that the router authorised; the node refuses a body whose parsed key differs. */
    public static final Metadata.Key<byte[]> AUTHORISED_KEY =
            Metadata.Key.of("atoll-key-bin", Metadata.BINARY_BYTE_MARSHALLER);

    /** Who calls, as the router verified it. */
    public static final Metadata.Key<CallerRecord> CALLER =
            Metadata.Key.of(
                    "atoll-caller-bin",
                    ProtoUtils.metadataMarshaller(CallerRecord.getDefaultInstance()));

    /**
     * Which shards a listing is about, as {@link java.util.BitSet#toByteArray} writes them: those
     * that the router believes to be the node's. The node names the ones it could not list.
     */
    public static final Metadata.Key<byte[]> LISTED_SHARDS =
            Metadata.Key.of("atoll-shards-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private CallMetadata() {}
}

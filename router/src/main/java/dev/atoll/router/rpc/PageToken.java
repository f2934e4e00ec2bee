package dev.atoll.router.rpc;

import dev.atoll.proto.v1.ListInstancesRequest;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.util.Base64;

/** Where a page of instances begins: the last key of the page before, encoded. Immutable. */
final class PageToken {
    /** The first byte, so that tokens of another form can be told apart. */
    private static final byte VERSION = 1;

    private PageToken() {}

    static String after(InstanceKey last) {
        var key = last.bytes();
        var bytes = new byte[key.length + 1];
        bytes[0] = VERSION;
        System.arraycopy(key, 0, bytes, 1, key.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * The text of the key that the page of this request follows; empty for the first page. Throws
     * PAGE_TOKEN_INVALID if the token is not of the same namespace and prefix.
     */
    static String lastKey(ListInstancesRequest request) {
        var token = request.getPageToken();
        if (token.isEmpty()) {
            return "";
        }
        try {
            var bytes = Base64.getUrlDecoder().decode(token);
            if (bytes.length > 1 && bytes[0] == VERSION) {
                var key = InstanceKey.ofBytes(java.util.Arrays.copyOfRange(bytes, 1, bytes.length));
                boolean all = request.getNamespace().isEmpty();
                if ((all || key.namespace().equals(request.getNamespace()))
                        && key.id().startsWith(request.getIdPrefix())) {
                    return key.toString();
                }
            }
        } catch (IllegalArgumentException | Failure e) {
            throw invalid();
        }
        throw invalid();
    }

    private static Failure invalid() {
        return Failure.of(
                Reason.PAGE_TOKEN_INVALID,
                "page_token: not one of this listing (expected: next_page_token of the page before,"
                        + " with the same namespace and id_prefix)");
    }
}

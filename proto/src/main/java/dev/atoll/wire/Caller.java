package dev.atoll.wire;

import dev.atoll.proto.internal.v1.CallerKind;
import dev.atoll.proto.internal.v1.CallerRecord;

/**
 * Who calls, as a router verified it. Immutable.
 *
 * @param kind a user or a service
 * @param issuer who vouched for it
 * @param subject its name at that issuer
 * @param claims of a user, what rules may ask, as JSON; empty if there is nothing
 */
public record Caller(Kind kind, String issuer, String subject, String claims) {
    /** One of whom nothing more is known. */
    public Caller(Kind kind, String issuer, String subject) {
        this(kind, issuer, subject, "");
    }

    /** The kind of principal. */
    public enum Kind {
        /** A person: typed operations under rules. */
        USER,
        /** A program with scopes: SQL too. */
        SERVICE,
        /** Somebody without a token: as a user, but nobody, and only where a namespace says so. */
        ANONYMOUS
    }

    /** Whoever it is that brings no token. */
    public static final Caller NOBODY = new Caller(Kind.ANONYMOUS, "", "");

    /** What request ids are remembered under: unique among issuers and kinds. */
    public String principal() {
        return kind + " " + issuer.length() + ":" + issuer + subject;
    }

    /** The metadata form. */
    public CallerRecord toProto() {
        var wireKind =
                switch (kind) {
                    case USER -> CallerKind.CALLER_KIND_USER;
                    case SERVICE -> CallerKind.CALLER_KIND_SERVICE;
                    case ANONYMOUS -> CallerKind.CALLER_KIND_ANONYMOUS;
                };
        return CallerRecord.newBuilder()
                .setKind(wireKind)
                .setIssuer(issuer)
                .setSubject(subject)
                .setClaims(claims)
                .build();
    }

    /**
     * The caller of a metadata value; throws {@link IllegalArgumentException} if it names no kind.
     */
    public static Caller of(CallerRecord caller) {
        var kind =
                switch (caller.getKind()) {
                    case CALLER_KIND_USER -> Kind.USER;
                    case CALLER_KIND_SERVICE -> Kind.SERVICE;
                    case CALLER_KIND_ANONYMOUS -> Kind.ANONYMOUS;
                    case CALLER_KIND_UNSPECIFIED, UNRECOGNIZED ->
                            throw new IllegalArgumentException(
                                    "caller kind: "
                                            + caller.getKindValue()
                                            + " (expected: 1 to 3)");
                };
        return new Caller(kind, caller.getIssuer(), caller.getSubject(), caller.getClaims());
    }
}

package dev.atoll.router.auth;

import dev.atoll.wire.InstanceKey;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a service may do: grants of rights on patterns. Immutable.
 *
 * <pre>
 * *=admin                      everything
 * user:*=read,write            every instance of the namespace that has an id
 * user:eu-*=read               those whose id starts with eu-
 * user:alice=read              one
 * catalog=read                 the single instance of a namespace
 * </pre>
 */
public final class Scopes {
    /** No rights. */
    public static final Scopes NONE = new Scopes(List.of());

    /** Longer lists cost every call that they are looked through by. */
    private static final int GRANTS_MAX = 100;

    private final List<Grant> grants;

    private Scopes(List<Grant> grants) {
        this.grants = List.copyOf(grants);
    }

    /** Reads the grants; throws {@link IllegalArgumentException} that says which one is wrong. */
    static Scopes parse(List<String> texts) {
        if (texts.size() > GRANTS_MAX) {
            throw new IllegalArgumentException(
                    "scope: " + texts.size() + " grants (expected: at most " + GRANTS_MAX + ")");
        }
        var grants = new ArrayList<Grant>();
        texts.forEach(text -> grants.add(Grant.parse(text)));
        return new Scopes(grants);
    }

    /** Whether one of the grants gives the right on the instance. */
    public boolean allows(Right right, InstanceKey key) {
        var text = key.toString();
        return grants.stream().anyMatch(grant -> grant.grants(right) && grant.covers(text));
    }

    boolean allowsListing(String namespace, String idPrefix) {
        var text = namespace + ':' + idPrefix;
        return grants.stream()
                .anyMatch(grant -> grant.grants(Right.READ) && grant.coversAllFrom(text));
    }

    /** All instances of the namespace, or the only one. */
    boolean allowsWatching(String namespace) {
        return grants.stream()
                .anyMatch(
                        grant ->
                                grant.grants(Right.WRITE)
                                        && (grant.coversAllFrom(namespace + ':')
                                                || grant.covers(namespace)));
    }

    boolean allowsEverything(Right right) {
        return grants.stream().anyMatch(grant -> grant.grants(right) && grant.coversAllFrom(""));
    }

    /**
     * One grant.
     *
     * @param start what a key is, or starts with
     * @param open whether more may follow
     */
    private record Grant(String start, boolean open, Set<Right> rights) {
        static Grant parse(String text) {
            int equals = text.lastIndexOf('=');
            if (equals <= 0) {
                throw wrong(text);
            }
            var pattern = text.substring(0, equals);
            boolean open = pattern.endsWith("*");
            var start = open ? pattern.substring(0, pattern.length() - 1) : pattern;
            // A star belongs behind the colon or stands alone: 'user*' would reach into other
            // namespaces.
            boolean valid = open ? start.isEmpty() || start.indexOf(':') > 0 : !start.endsWith(":");
            if (!valid || start.indexOf('*') >= 0) {
                throw wrong(text);
            }
            var rights = EnumSet.noneOf(Right.class);
            for (var name : text.substring(equals + 1).split(",", -1)) {
                switch (name) {
                    case "read" -> rights.add(Right.READ);
                    case "write" -> rights.add(Right.WRITE);
                    case "admin" -> rights.addAll(EnumSet.allOf(Right.class));
                    default -> throw wrong(text);
                }
            }
            return new Grant(start, open, rights);
        }

        boolean grants(Right right) {
            return rights.contains(right);
        }

        boolean covers(String key) {
            return open ? key.startsWith(start) : key.equals(start);
        }

        boolean coversAllFrom(String prefix) {
            return open && prefix.startsWith(start);
        }

        private static IllegalArgumentException wrong(String text) {
            return new IllegalArgumentException(
                    "scope: '"
                            + text.substring(0, Math.min(80, text.length()))
                            + "' (expected: PATTERN=RIGHTS, as user:*=read,write or *=admin)");
        }
    }
}

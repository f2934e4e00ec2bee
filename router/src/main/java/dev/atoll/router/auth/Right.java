package dev.atoll.router.auth;

import java.util.Locale;

/** What a scope grants. */
public enum Right {
    /** To read and list. */
    READ,
    /** To write, create and delete. */
    WRITE,
    /** To look after instances and the cluster; includes the others. */
    ADMIN;

    /** As scopes write it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

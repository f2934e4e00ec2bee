package dev.atoll.node.instance;

/** What came of an attempt to bring an instance that nobody calls to the declared schema. */
public enum Brought {
    /** It has that schema. */
    REACHED,
    /** It stays on its old one, for what is in it; the catalogue says why. */
    FAILED,
    /** It is being called, which brings it there as well. */
    BUSY,
    /** Nothing is declared of it: it is left alone. */
    NOT_DECLARED
}

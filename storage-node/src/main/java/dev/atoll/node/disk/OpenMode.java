package dev.atoll.node.disk;

/** How a file is opened. Immutable. */
public enum OpenMode {
    /** Must exist; is not written. */
    READ,
    /** Must exist; is read and written. */
    WRITE,
    /** Must not exist; is read and written. */
    CREATE_NEW,
    /** May exist, and keeps what is in it; is read and written. */
    CREATE_OR_OPEN
}

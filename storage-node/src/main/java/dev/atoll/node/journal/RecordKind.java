package dev.atoll.node.journal;

/** The kinds of records, by the byte that stands for them on disk. Immutable. */
public enum RecordKind {
    COMMIT(1),
    /** Pages of a large commit; has no position of its own, and counts with its COMMIT only. */
    PART(2),
    CREATE(3),
    DELETE(4),
    FOLD(5);

    private final byte code;

    RecordKind(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    /** Throws IllegalArgumentException if no kind has that byte. */
    static RecordKind of(byte code) {
        for (var kind : values()) {
            if (kind.code == code) {
                return kind;
            }
        }
        throw new IllegalArgumentException("record kind: " + code + " (expected: 1 to 5)");
    }
}
